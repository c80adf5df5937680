/* What the relay must know of H.264 payloads (RFC 6184): which can be left out, and how large the
 * pictures are. Bytes in, values out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE if the payload belongs to a picture to which no other one refers (nal_ref_idc is 0), or is
 * something that no picture needs to be decoded. */
gboolean cc_h264_is_disposable(const guint8 *payload, gsize length);

/* The picture size, if the payload is or holds a sequence parameter set. */
gboolean cc_h264_read_size(const guint8 *payload, gsize length, guint16 *width, guint16 *height);

G_END_DECLS
