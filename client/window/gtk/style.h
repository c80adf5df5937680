/* The look of both windows: style.css. Main thread. */
#pragma once

G_BEGIN_DECLS

/* For the default display. */
void cc_style_load(void);

G_END_DECLS
