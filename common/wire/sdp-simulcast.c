/* Simulcast in SDP: a=rid (RFC 8851) and a=simulcast (RFC 8853). */
#include <string.h>

#include "common/wire/sdp-internal.h"

#define MAX_STREAMS 16 /* in one direction; who offers more means us no good */

static const char *const directions[] = {[CC_SDP_RID_SEND] = "send", [CC_SDP_RID_RECV] = "recv"};

static gboolean
read_direction(const char *word, CcSdpRidDirection *direction)
{
    for (guint i = 0; i < G_N_ELEMENTS(directions); i++) {
        if (g_strcmp0(word, directions[i]) == 0) {
            *direction = (CcSdpRidDirection)i;
            return TRUE;
        }
    }
    return FALSE;
}

void
cc_sdp_rid_free(gpointer data)
{
    CcSdpRid *rid = data;
    g_free(rid->id);
    g_free(rid->restrictions);
    g_free(rid);
}

void
cc_sdp_media_add_rid(CcSdpMedia *media, CcSdpRidDirection direction, const char *id,
                     const char *restrictions)
{
    CcSdpRid *rid = g_new0(CcSdpRid, 1);
    rid->direction = direction;
    rid->id = g_strdup(id);
    rid->restrictions = g_strdup(restrictions);
    g_ptr_array_add(media->rids, rid);
}

void
cc_sdp_media_add_simulcast(CcSdpMedia *media, CcSdpRidDirection direction, const char *id)
{
    g_ptr_array_add(media->simulcast[direction], g_strdup(id));
}

const CcSdpRid *
cc_sdp_media_find_rid(const CcSdpMedia *media, CcSdpRidDirection direction, const char *id)
{
    for (guint i = 0; i < media->rids->len; i++) {
        const CcSdpRid *rid = media->rids->pdata[i];
        if (rid->direction == direction && strcmp(rid->id, id) == 0)
            return rid;
    }
    return NULL;
}

const char *
cc_sdp_read_rid(CcSdpReader *reader, char *value)
{
    const char *id = cc_sdp_next_word(&value);
    const char *word = cc_sdp_next_word(&value);
    CcSdpRidDirection direction;

    if (!*id || !*word)
        return "a=rid wants an id and a direction";
    g_strstrip(value);
    if (read_direction(word, &direction))
        cc_sdp_media_add_rid(reader->media, direction, id, *value ? value : NULL);
    return NULL;
}

/* "h,h2;~m;l": streams with alternatives, of which we take the first, paused or not. */
static const char *
read_streams(CcSdpMedia *media, CcSdpRidDirection direction, const char *list)
{
    g_auto(GStrv) streams = g_strsplit(list, ";", MAX_STREAMS + 1);

    if (g_strv_length(streams) > MAX_STREAMS)
        return "a=simulcast has too many streams";
    for (guint i = 0; streams[i]; i++) {
        const char *id = streams[i] + strspn(streams[i], "~");
        g_autofree char *first = g_strndup(id, strcspn(id, ","));
        if (!*first)
            return "a=simulcast has a stream without rid";
        cc_sdp_media_add_simulcast(media, direction, first);
    }
    return NULL;
}

const char *
cc_sdp_read_simulcast(CcSdpReader *reader, char *value)
{
    const char *wrong = NULL;

    for (const char *word = cc_sdp_next_word(&value); *word && !wrong;
         word = cc_sdp_next_word(&value)) {
        CcSdpRidDirection direction;
        const char *list = cc_sdp_next_word(&value);
        if (!read_direction(word, &direction) || !*list)
            return "a=simulcast wants a direction and rids";
        if (reader->media->simulcast[direction]->len > 0)
            return "a=simulcast names a direction twice";
        wrong = read_streams(reader->media, direction, list);
    }
    return wrong;
}

void
cc_sdp_write_simulcast(GString *out, const CcSdpMedia *media)
{
    for (guint i = 0; i < media->rids->len; i++) {
        const CcSdpRid *rid = media->rids->pdata[i];
        g_string_append_printf(out, "a=rid:%s %s%s%s\r\n", rid->id, directions[rid->direction],
                               rid->restrictions ? " " : "",
                               rid->restrictions ? rid->restrictions : "");
    }
    gboolean any = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(directions); i++) {
        const GPtrArray *streams = media->simulcast[i];
        if (streams->len == 0)
            continue;
        g_string_append_printf(out, "%s%s ", any ? " " : "a=simulcast:", directions[i]);
        for (guint k = 0; k < streams->len; k++)
            g_string_append_printf(out, "%s%s", k ? ";" : "", (const char *)streams->pdata[k]);
        any = TRUE;
    }
    if (any)
        g_string_append(out, "\r\n");
}
