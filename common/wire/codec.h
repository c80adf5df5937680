/* The codecs that we carry, and what the relay must know of their RTP payloads: where a keyframe
 * begins. Opus (RFC 7587), VP8 (RFC 7741), VP9 (RFC 9628), H.264 (RFC 6184). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum { CC_MEDIA_AUDIO, CC_MEDIA_VIDEO, CC_MEDIA_OTHER } CcMediaKind;

typedef enum { CC_CODEC_NONE, CC_CODEC_OPUS, CC_CODEC_VP8, CC_CODEC_VP9, CC_CODEC_H264 } CcCodec;

/* "opus", "VP8", "VP9", "H264", as in a=rtpmap; compared without case. CC_CODEC_NONE if unknown. */
CcCodec cc_codec_from_name(const char *encoding_name);
const char *cc_codec_name(CcCodec codec);
CcMediaKind cc_codec_kind(CcCodec codec);
guint cc_codec_clock_rate(CcCodec codec);

/* TRUE if this RTP payload holds the first bytes of a keyframe. Any bytes may be given. Audio:
 * TRUE. */
gboolean cc_codec_payload_begins_keyframe(CcCodec codec, const guint8 *payload, gsize length);

G_END_DECLS
