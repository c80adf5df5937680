/* Decrypted RTCP of a session: reports and requests go to the track or subscription that they are
 * about. Worker's thread. */
#pragma once

#include "relay/media/media-session.h"

G_BEGIN_DECLS

/* Everything is checked before anything is done. */
CcDrop cc_rtcp_receive(CcMediaSession *session, const guint8 *data, gsize length, gint64 now_us);

G_END_DECLS
