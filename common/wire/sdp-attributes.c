/* Reads the attributes ("a=" lines) that matter to us, one function each, found through one table.
 */
#include <string.h>

#include "common/wire/sdp-internal.h"

/* Each gets the text behind the colon ("" if there is none), may write into it, and returns what is
 * wrong or NULL. reader->media is the section: the session's own, or an m-line's. */
typedef const char *(*ReadFunc)(CcSdpReader *reader, char *value);

static void
set_string(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

char *
cc_sdp_next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    char *end = word + strcspn(word, " \t");

    *rest = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

static gboolean
read_uint(const char *text, guint64 max, guint *value)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(text, 10, 0, max, &number, NULL))
        return FALSE;
    *value = (guint)number;
    return TRUE;
}

static const char *
read_group(CcSdpReader *reader, char *value)
{
    if (reader->media == reader->session && !reader->bundle &&
        (strcmp(value, "BUNDLE") == 0 || g_str_has_prefix(value, "BUNDLE ")))
        reader->bundle = g_strsplit(value, " ", -1);
    return NULL;
}

static const char *
read_mid(CcSdpReader *reader, char *value)
{
    if (reader->media == reader->session)
        return NULL;
    if (!*value || strchr(value, ' '))
        return "a=mid wants one word";
    set_string(&reader->media->mid, value);
    return NULL;
}

static const char *
read_ufrag(CcSdpReader *reader, char *value)
{
    set_string(&reader->media->ice_ufrag, value);
    return NULL;
}

static const char *
read_pwd(CcSdpReader *reader, char *value)
{
    set_string(&reader->media->ice_pwd, value);
    return NULL;
}

static const char *
read_ice_options(CcSdpReader *reader, char *value)
{
    g_auto(GStrv) options = g_strsplit_set(value, " ,", -1); /* libdatachannel writes commas */

    if (g_strv_contains((const char *const *)options, "trickle"))
        reader->sdp->trickle = TRUE;
    return NULL;
}

static const char *
read_ice_lite(CcSdpReader *reader, char *value)
{
    reader->sdp->ice_lite = TRUE;
    return NULL;
}

/* RFC 8122 section 5 allows several, of different hashes: sha-256 is preferred, else the first. */
static const char *
read_fingerprint(CcSdpReader *reader, char *value)
{
    CcSdpMedia *media = reader->media;
    const char *hash = cc_sdp_next_word(&value);
    const char *digest = cc_sdp_next_word(&value);

    if (!*hash || !*digest)
        return "a=fingerprint wants a hash and a digest";
    if (media->fingerprint && g_ascii_strcasecmp(hash, "sha-256") != 0)
        return NULL;
    g_free(media->fingerprint_hash);
    g_free(media->fingerprint);
    media->fingerprint_hash = g_ascii_strdown(hash, -1);
    media->fingerprint = g_ascii_strup(digest, -1);
    return NULL;
}

static const char *
read_setup(CcSdpReader *reader, char *value)
{
    if (strcmp(value, "actpass") == 0)
        reader->media->setup = CC_SDP_ACTPASS;
    else if (strcmp(value, "active") == 0)
        reader->media->setup = CC_SDP_ACTIVE;
    else if (strcmp(value, "passive") == 0)
        reader->media->setup = CC_SDP_PASSIVE;
    else
        return "a=setup wants actpass, active or passive";
    return NULL;
}

static const char *
read_rtcp_mux(CcSdpReader *reader, char *value)
{
    reader->media->rtcp_mux = TRUE;
    return NULL;
}

static const char *
read_rtcp_rsize(CcSdpReader *reader, char *value)
{
    reader->media->rtcp_reduced_size = TRUE;
    return NULL;
}

static const char *
read_bundle_only(CcSdpReader *reader, char *value)
{
    reader->media->bundle_only = TRUE;
    return NULL;
}

static const char *
read_msid(CcSdpReader *reader, char *value)
{
    const char *stream = cc_sdp_next_word(&value);
    const char *track = cc_sdp_next_word(&value);

    if (!*stream)
        return "a=msid wants a stream id";
    set_string(&reader->media->stream_id, stream);
    set_string(&reader->media->track_id, *track ? track : NULL);
    return NULL;
}

static const char *
read_rtpmap(CcSdpReader *reader, char *value)
{
    guint payload_type, clock_rate, channels = 1;
    g_auto(GStrv) parts = NULL;
    CcSdpCodec *codec;

    if (!read_uint(cc_sdp_next_word(&value), 127, &payload_type))
        return "a=rtpmap wants a payload type from 0 to 127";
    parts = g_strsplit(cc_sdp_next_word(&value), "/", 4);
    if (g_strv_length(parts) < 2 || !*parts[0] || !read_uint(parts[1], G_MAXINT32, &clock_rate) ||
        clock_rate == 0)
        return "a=rtpmap wants a name and a clock rate";
    if (parts[2] && (!read_uint(parts[2], 255, &channels) || channels == 0))
        return "a=rtpmap has a wrong number of channels";
    codec = cc_sdp_media_find_codec(reader->media, (guint8)payload_type);
    if (!codec) /* not on the m-line: without meaning */
        return NULL;
    set_string(&codec->name, parts[0]);
    codec->clock_rate = clock_rate;
    codec->channels = channels;
    return NULL;
}

static const char *
read_fmtp(CcSdpReader *reader, char *value)
{
    guint payload_type;
    CcSdpCodec *codec;

    if (!read_uint(cc_sdp_next_word(&value), 127, &payload_type))
        return reader->media->codecs->len ? "a=fmtp wants a payload type from 0 to 127" : NULL;
    codec = cc_sdp_media_find_codec(reader->media, (guint8)payload_type);
    g_strstrip(value);
    if (codec && *value)
        set_string(&codec->fmtp, value);
    return NULL;
}

static const char *
read_rtcp_fb(CcSdpReader *reader, char *value)
{
    const char *target = cc_sdp_next_word(&value);
    gboolean all = strcmp(target, "*") == 0;
    guint payload_type = 0, n_known = 0;

    g_strstrip(value);
    for (guint i = 0; i < reader->media->codecs->len; i++)
        n_known += ((const CcSdpCodec *)reader->media->codecs->pdata[i])->feedback->len;
    if (n_known > CC_SDP_MAX_ATTRIBUTES - reader->media->codecs->len)
        return "too much feedback"; /* a star multiplies */
    if ((!all && !read_uint(target, 127, &payload_type)) || !*value)
        return "a=rtcp-fb wants a payload type and a kind of feedback";
    for (guint i = 0; i < reader->media->codecs->len; i++) {
        CcSdpCodec *codec = reader->media->codecs->pdata[i];
        if (all || codec->payload_type == payload_type)
            cc_sdp_codec_add_feedback(codec, value);
    }
    return NULL;
}

static const char *
read_extmap(CcSdpReader *reader, char *value)
{
    char *number = cc_sdp_next_word(&value);
    const char *uri = cc_sdp_next_word(&value);
    guint id;

    number[strcspn(number, "/")] =
        '\0'; /* "3/sendonly": the direction follows the media's for us */
    if (!read_uint(number, 4351, &id) || id == 0 || !*uri)
        return "a=extmap wants an id and a URI";
    if (id <= 255) /* RFC 8285 section 7: 4096 and up is for negotiating, we need none of these */
        cc_sdp_media_add_extension(reader->media, (guint8)id, uri);
    return NULL;
}

static CcSdpSource *
find_source(const CcSdpMedia *media, guint32 ssrc)
{
    for (guint i = 0; i < media->sources->len; i++) {
        CcSdpSource *source = media->sources->pdata[i];
        if (source->ssrc == ssrc || (source->rtx_ssrc == ssrc && ssrc != 0))
            return source;
    }
    return NULL;
}

static const char *
read_ssrc(CcSdpReader *reader, char *value)
{
    CcSdpMedia *media = reader->media;
    CcSdpSource *source;
    const char *attribute;
    guint ssrc;

    if (!read_uint(cc_sdp_next_word(&value), G_MAXUINT32, &ssrc))
        return "a=ssrc wants a number of 32 bits";
    source = find_source(media, ssrc);
    if (!source && media->sources->len >= CC_SDP_MAX_ATTRIBUTES / 2)
        return "too many sources";
    if (!source)
        source = cc_sdp_media_add_source(media, ssrc, 0, NULL);
    attribute = cc_sdp_next_word(&value);
    if (g_str_has_prefix(attribute, "cname:") && attribute[6] && !source->cname)
        source->cname = g_strdup(attribute + 6);
    if (g_str_has_prefix(attribute, "msid:") && attribute[5] && !media->stream_id) {
        const char *track = cc_sdp_next_word(&value);
        media->stream_id = g_strdup(attribute + 5);
        media->track_id = *track ? g_strdup(track) : NULL;
    }
    return NULL;
}

/* Only FID (RFC 5576 section 4.2, RFC 4588): the second source repeats the first one's packets. */
static const char *
read_ssrc_group(CcSdpReader *reader, char *value)
{
    CcSdpMedia *media = reader->media;
    CcSdpSource *source, *repair;
    guint ssrc, rtx_ssrc;

    if (strcmp(cc_sdp_next_word(&value), "FID") != 0)
        return NULL;
    if (!read_uint(cc_sdp_next_word(&value), G_MAXUINT32, &ssrc) ||
        !read_uint(cc_sdp_next_word(&value), G_MAXUINT32, &rtx_ssrc) || ssrc == rtx_ssrc)
        return "a=ssrc-group:FID wants two different sources";
    if (media->sources->len >= CC_SDP_MAX_ATTRIBUTES / 2)
        return "too many sources";
    source = find_source(media, ssrc);
    repair = find_source(media, rtx_ssrc);
    if (!source)
        source = cc_sdp_media_add_source(media, ssrc, 0, NULL);
    if (source->ssrc != ssrc || source->rtx_ssrc != 0 || (repair && repair->rtx_ssrc != 0))
        return "a=ssrc-group:FID contradicts another one";
    source->rtx_ssrc = rtx_ssrc;
    if (repair) {
        if (!source->cname)
            source->cname = g_steal_pointer(&repair->cname);
        g_ptr_array_remove(media->sources, repair);
    }
    return NULL;
}

/* Candidates of unknown kinds are to be ignored (RFC 8839 section 5.1), and so is nonsense. */
static const char *
read_candidate(CcSdpReader *reader, char *value)
{
    g_autofree char *text = g_strconcat("candidate:", value, NULL);
    CcSdpCandidate *candidate = cc_sdp_candidate_parse(text);

    if (candidate)
        g_ptr_array_add(reader->media->candidates, candidate);
    return NULL;
}

static const char *
read_end_of_candidates(CcSdpReader *reader, char *value)
{
    reader->media->end_of_candidates = TRUE;
    return NULL;
}

static const struct {
    const char *name;
    ReadFunc read;
    gboolean in_fragment;
} attributes[] = {
    {"group", read_group, TRUE},
    {"mid", read_mid, TRUE},
    {"ice-ufrag", read_ufrag, TRUE},
    {"ice-pwd", read_pwd, TRUE},
    {"ice-options", read_ice_options, TRUE},
    {"ice-lite", read_ice_lite, TRUE},
    {"candidate", read_candidate, TRUE},
    {"end-of-candidates", read_end_of_candidates, TRUE},
    {"fingerprint", read_fingerprint, FALSE},
    {"setup", read_setup, FALSE},
    {"rtcp-mux", read_rtcp_mux, FALSE},
    {"rtcp-rsize", read_rtcp_rsize, FALSE},
    {"bundle-only", read_bundle_only, FALSE},
    {"msid", read_msid, FALSE},
    {"rtpmap", read_rtpmap, FALSE},
    {"fmtp", read_fmtp, FALSE},
    {"rtcp-fb", read_rtcp_fb, FALSE},
    {"extmap", read_extmap, FALSE},
    {"ssrc", read_ssrc, FALSE},
    {"ssrc-group", read_ssrc_group, FALSE},
    {"rid", cc_sdp_read_rid, FALSE},
    {"simulcast", cc_sdp_read_simulcast, FALSE},
};
G_STATIC_ASSERT(G_N_ELEMENTS(attributes) == CC_SDP_N_ATTRIBUTES);

static gboolean
read_direction(CcSdpMedia *media, const char *name)
{
    if (strcmp(name, "sendrecv") == 0)
        media->direction = CC_SDP_SENDRECV;
    else if (strcmp(name, "sendonly") == 0)
        media->direction = CC_SDP_SENDONLY;
    else if (strcmp(name, "recvonly") == 0)
        media->direction = CC_SDP_RECVONLY;
    else if (strcmp(name, "inactive") == 0)
        media->direction = CC_SDP_INACTIVE;
    else
        return FALSE;
    return TRUE;
}

const char *
cc_sdp_read_attribute(CcSdpReader *reader, char *text)
{
    char *value = text + strcspn(text, ":");

    if (*value)
        *value++ = '\0';
    if (read_direction(reader->media, text))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(attributes); i++) {
        if (strcmp(attributes[i].name, text) != 0)
            continue;
        if (reader->fragment && !attributes[i].in_fragment)
            return NULL;
        if (++reader->counts[i] > CC_SDP_MAX_ATTRIBUTES)
            return "too many attributes of one kind";
        return attributes[i].read(reader, value);
    }
    return NULL;
}
