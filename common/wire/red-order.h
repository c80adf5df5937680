/* Which sequence numbers the earlier packets had that redundant audio carries (RFC 2198 tells their
 * times alone), so that a lost packet can be put back where it was. Pure; a value, {0} is ready.
 * All of it is the sender's word: whatever it says, the number that comes out is one of those just
 * before the packet that carried it, and of none that is known. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_RED_ORDER_KEPT 64 /* packets back */

typedef struct {
    struct {
        guint16 sequence;
        guint16 samples;
        guint32 timestamp;
        gboolean known;
    } kept[CC_RED_ORDER_KEPT]; /* by sequence number */
} CcRedOrder;

/* A packet is there, however it came. @samples: how long it lasts; 0: unknown. */
void cc_red_order_add(CcRedOrder *order, guint16 sequence, guint32 timestamp, guint samples);

/* TRUE and @sequence if the block of @samples at @timestamp, carried by packet @carrier, is
 * one that is missing and it is certain which. */
gboolean cc_red_order_find(const CcRedOrder *order, guint16 carrier, guint32 carrier_timestamp,
                           guint32 timestamp, guint samples, guint16 *sequence);

G_END_DECLS
