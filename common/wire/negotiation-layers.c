/* Simulcast in offer and answer (RFC 8851 section 6, RFC 8853 section 5.3). */
#include <string.h>

#include "common/wire/negotiation-internal.h"

/* RFC 8851 section 5: pt=96,97 names the formats that the stream may have. */
static gboolean
allows_format(const CcSdpRid *rid, guint8 payload_type)
{
    g_auto(GStrv) restrictions = g_strsplit(rid->restrictions ? rid->restrictions : "", ";", -1);

    for (guint i = 0; restrictions[i]; i++) {
        const char *restriction = g_strstrip(restrictions[i]);
        if (!g_str_has_prefix(restriction, "pt="))
            continue;
        g_auto(GStrv) formats = g_strsplit(restriction + 3, ",", -1);
        g_autofree char *wanted = g_strdup_printf("%u", payload_type);
        if (!g_strv_contains((const char *const *)formats, wanted))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_taken(const CcSlot *slot, const char *id)
{
    for (guint i = 0; i < slot->n_layers; i++) {
        if (strcmp(slot->layers[i].rid, id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* RFC 8851 section 4: letters, digits, "-" and "_". */
static gboolean
is_rid(const char *id)
{
    for (const char *p = id; *p; p++) {
        if (!g_ascii_isalnum(*p) && *p != '-' && *p != '_')
            return FALSE;
    }
    return strlen(id) < sizeof((CcSlotLayer *)NULL)->rid;
}

void
cc_negotiate_layers(const CcSdpMedia *offer, CcSlot *slot)
{
    const GPtrArray *streams = offer->simulcast[CC_SDP_RID_SEND];
    /* Some announce each stream's SSRC as well, in the same order. */
    gboolean announced = offer->sources->len == streams->len;

    if (offer->kind != CC_MEDIA_VIDEO || (!slot->rid_ext && !announced))
        return;
    for (guint i = 0; i < streams->len && slot->n_layers < CC_MAX_LAYERS; i++) {
        const char *id = streams->pdata[i];
        const CcSdpRid *rid = cc_sdp_media_find_rid(offer, CC_SDP_RID_SEND, id);
        if (!rid || !is_rid(id) || is_taken(slot, id) ||
            !allows_format(rid, slot->codecs[0].payload_type))
            continue;
        CcSlotLayer *layer = &slot->layers[slot->n_layers++];
        g_strlcpy(layer->rid, id, sizeof layer->rid);
        if (announced) {
            const CcSdpSource *source = offer->sources->pdata[i];
            layer->ssrc = source->ssrc;
            layer->rtx_ssrc = source->rtx_ssrc;
        }
    }
}

void
cc_negotiate_answer_layers(CcSdpMedia *answer, const CcSdpMedia *offer, const CcSlot *slot)
{
    for (guint i = 0; i < slot->n_layers; i++) {
        const char *id = slot->layers[i].rid;
        const CcSdpRid *rid = cc_sdp_media_find_rid(offer, CC_SDP_RID_SEND, id);
        cc_sdp_media_add_rid(answer, CC_SDP_RID_RECV, id, rid->restrictions);
        cc_sdp_media_add_simulcast(answer, CC_SDP_RID_RECV, id);
    }
}
