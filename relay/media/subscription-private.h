/* What the files of a subscription share. */
#pragma once

#include "relay/media/subscription.h"

G_BEGIN_DECLS

/* TRUE if @packet goes on with what the receiver gets of its source, by its target and @shed. */
gboolean cc_subscription_continues(CcSubscription *subscription, CcSource *source,
                                   const CcPacket *packet);

/* The first packet of a new source, or of a source that has begun anew. FALSE if the receiver
 * cannot begin with it: video begins with a keyframe. */
gboolean cc_subscription_begin_epoch(CcSubscription *subscription, CcSource *source,
                                     const CcPacket *packet);

/* TRUE if this receiver does without video: by its target, or because of overload. A picture of
 * which something has gone out is still finished. It comes back with a keyframe. Overload leaves
 * one who has had no picture yet a first keyframe. */
gboolean cc_subscription_does_without(CcSubscription *subscription, const CcPacket *packet,
                                      CcShed shed);

/* TRUE if @packet belongs to a temporal layer that this receiver does without. */
gboolean cc_subscription_thins(CcSubscription *subscription, const CcPacket *packet, CcShed shed);

G_END_DECLS
