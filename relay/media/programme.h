/* What those see who have a place for one picture alone. Worker's thread. */
#pragma once

#include "relay/media/receiver.h"

G_BEGIN_DECLS

/* If @receiver has one video slot, that is fed by whatever matters most. */
void cc_programme_follow(CcReceiver *receiver);
/* (transfer none) the teacher's screen, else the first guest who is not @session's own client, else
 * the teacher. */
CcFeed *cc_programme_feed(const CcMediaSession *session);

G_END_DECLS
