/* Trickle fragments, application/trickle-ice-sdpfrag (RFC 8840 section 9). */
#include "common/wire/sdp-internal.h"

CcSdp *
cc_sdp_fragment_parse(const char *text, gssize length, GError **error)
{
    return cc_sdp_read(text, length, TRUE, error);
}

char *
cc_sdp_fragment_to_string(const CcSdp *fragment)
{
    GString *out = g_string_new(NULL);

    cc_sdp_write_bundle(out, fragment);
    if (fragment->ice_lite)
        g_string_append(out, "a=ice-lite\r\n");
    if (fragment->trickle)
        g_string_append(out, "a=ice-options:trickle\r\n");
    for (guint i = 0; i < fragment->media->len; i++) {
        const CcSdpMedia *media = fragment->media->pdata[i];

        if (media->bundle_only) /* in the group, but without candidates (RFC 9725 section 4.3.2) */
            continue;
        /* The pseudo m-line of RFC 8840: only the mid counts. Without a mid: session level. */
        if (media->mid)
            g_string_append_printf(out, "m=%s 9 RTP/AVP 0\r\na=mid:%s\r\n",
                                   media->media ? media->media : "audio", media->mid);
        cc_sdp_write_ice(out, media);
        cc_sdp_write_candidates(out, media);
    }
    return g_string_free(out, FALSE);
}
