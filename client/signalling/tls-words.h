/* What is wrong with a relay's certificate, in words that say what to do. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @flags: not 0; of several faults the one to be mended first. @now: names the day where the clock
 * may be to blame. (transfer full) */
char *cc_tls_words(GTlsCertificateFlags flags, GDateTime *now);

G_END_DECLS
