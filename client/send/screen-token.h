/* The tokens by which a desktop portal gives a screen again without asking: one for each text of
 * the setting, in the user's state folder, readable for nobody else. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) What was kept for @area ("monitor", "window:Physics"); NULL: nothing, or nothing
 * that is fit. */
char *cc_screen_token_load(const char *area);
/* @token: NULL forgets. What cannot be kept is a warning: the teacher is asked once more. */
void cc_screen_token_save(const char *area, const char *token);

G_END_DECLS
