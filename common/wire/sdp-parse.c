/* The SDP reader: lines, m-lines, and what session level hands down to them. */
#include <string.h>

#include "common/base/error.h"
#include "common/wire/sdp-internal.h"

static const char *
read_origin(CcSdpReader *reader, const char *value)
{
    g_auto(GStrv) words = g_strsplit(value, " ", 7);

    if (g_strv_length(words) != 6 ||
        !g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXUINT64, &reader->sdp->session_id, NULL) ||
        !g_ascii_string_to_unsigned(words[2], 10, 0, G_MAXUINT64, &reader->sdp->session_version,
                                    NULL))
        return "o= wants a user, two numbers and an address";
    return NULL;
}

/* For RTP the formats are payload types: a codec each, to be named by a=rtpmap. */
static const char *
add_format(CcSdpMedia *media, const char *format, gboolean rtp)
{
    guint64 payload_type;

    if (!*format)
        return "m= has two spaces in a row";
    if (!rtp) {
        g_ptr_array_add(media->formats, g_strdup(format));
        return NULL;
    }
    if (!g_ascii_string_to_unsigned(format, 10, 0, 127, &payload_type, NULL))
        return "m= wants payload types from 0 to 127";
    if (cc_sdp_media_find_codec(media, (guint8)payload_type))
        return "m= has a payload type twice";
    cc_sdp_media_add_codec(media, (guint8)payload_type, NULL, 0, 1, NULL);
    return NULL;
}

/* m=<media> <port>[/<number>] <protocol> <format> … (RFC 8866 section 5.14) */
static const char *
read_media_line(CcSdpReader *reader, char *value)
{
    g_auto(GStrv) words = g_strsplit(g_strchomp(value), " ", -1);
    guint n_words = g_strv_length(words);
    CcSdpMedia *media;
    guint64 port;

    if (reader->sdp->media->len == CC_SDP_MAX_MEDIA)
        return "too many m-lines";
    if (n_words < 4 || n_words > 3 + CC_SDP_MAX_ATTRIBUTES || !*words[0] || !*words[2])
        return "m= wants media, port, protocol and formats";
    words[1][strcspn(words[1], "/")] = '\0';
    if (!g_ascii_string_to_unsigned(words[1], 10, 0, 65535, &port, NULL))
        return "m= has a wrong port";

    media = cc_sdp_media_new();
    g_ptr_array_add(reader->sdp->media, media);
    reader->media = media;
    memset(reader->counts, 0, sizeof reader->counts);
    media->media = g_strdup(words[0]);
    media->protocol = g_strdup(words[2]);
    media->port = (guint16)port;
    media->direction = reader->session->direction;
    if (strcmp(words[0], "audio") == 0)
        media->kind = CC_MEDIA_AUDIO;
    else if (strcmp(words[0], "video") == 0)
        media->kind = CC_MEDIA_VIDEO;
    for (guint i = 3; i < n_words; i++) {
        gboolean rtp = !reader->fragment && strstr(media->protocol, "RTP/") != NULL;
        const char *problem = add_format(media, words[i], rtp);
        if (problem)
            return problem;
    }
    return NULL;
}

/* RFC 3551 names a few payload types; others mean nothing without a=rtpmap and are forgotten. */
static void
complete_codecs(CcSdpMedia *media)
{
    static const struct {
        guint8 payload_type;
        const char *name;
    } known[] = {{0, "PCMU"}, {3, "GSM"}, {8, "PCMA"}, {9, "G722"}, {13, "CN"}};
    guint i = 0;

    while (i < media->codecs->len) {
        CcSdpCodec *codec = media->codecs->pdata[i];

        for (guint k = 0; !codec->name && k < G_N_ELEMENTS(known); k++) {
            if (known[k].payload_type == codec->payload_type) {
                codec->name = g_strdup(known[k].name);
                codec->clock_rate = 8000;
            }
        }
        if (codec->name)
            i++;
        else
            g_ptr_array_remove_index(media->codecs, i);
    }
}

static void
inherit(char **field, const char *value)
{
    if (!*field)
        *field = g_strdup(value);
}

static void
copy_session_down(CcSdpReader *reader, CcSdpMedia *media)
{
    const CcSdpMedia *session = reader->session;

    /* Half of the credentials here and half there would be a pair that nobody made. */
    if (!media->ice_ufrag && !media->ice_pwd) {
        inherit(&media->ice_ufrag, session->ice_ufrag);
        inherit(&media->ice_pwd, session->ice_pwd);
    }
    if (!media->fingerprint) {
        inherit(&media->fingerprint_hash, session->fingerprint_hash);
        inherit(&media->fingerprint, session->fingerprint);
    }
    if (media->setup == CC_SDP_SETUP_NONE)
        media->setup = session->setup;
    media->rtcp_mux |= session->rtcp_mux;
    media->rtcp_reduced_size |= session->rtcp_reduced_size;
    media->end_of_candidates |= session->end_of_candidates;
    for (guint i = 0; i < session->extensions->len; i++) {
        const CcSdpExtension *extension = session->extensions->pdata[i];
        if (media->extensions->len < CC_SDP_MAX_ATTRIBUTES &&
            cc_sdp_media_find_extension(media, extension->uri) == 0)
            cc_sdp_media_add_extension(media, extension->id, extension->uri);
    }
    media->bundled = media->mid && reader->bundle &&
                     g_strv_contains((const char *const *)(reader->bundle + 1), media->mid);
    complete_codecs(media);
}

static const char *
check_line(const char *line)
{
    if (!g_ascii_islower(line[0]) || line[1] != '=')
        return "a line wants a letter and an equals sign";
    for (const char *p = line; *p; p++) {
        if (g_ascii_iscntrl(*p) && *p != '\t')
            return "a line has a control character";
    }
    return NULL;
}

static const char *
read_line(CcSdpReader *reader, guint number, char *line)
{
    const char *problem = check_line(line);

    if (problem)
        return problem;
    if (number == 1 && !reader->fragment)
        return strcmp(line, "v=0") == 0 ? NULL : "the first line is not v=0";
    switch (line[0]) {
    case 'o':
        return reader->media == reader->session ? read_origin(reader, line + 2) : NULL;
    case 'm':
        return read_media_line(reader, line + 2);
    case 'a':
        return cc_sdp_read_attribute(reader, g_strchomp(line + 2));
    default:
        return NULL;
    }
}

static void
reader_clear(CcSdpReader *reader)
{
    cc_sdp_free(reader->sdp);
    cc_sdp_media_free(reader->session);
    g_strfreev(reader->bundle);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcSdpReader, reader_clear)

/* A fragment may have all of its values at session level (RFC 8840 section 9): then these are its
 * only section, without a mid. */
static const char *
finish_fragment(CcSdpReader *reader)
{
    GPtrArray *media = reader->sdp->media;
    const CcSdpMedia *session = reader->session;

    if (media->len == 0 &&
        (session->ice_ufrag || session->candidates->len || session->end_of_candidates)) {
        g_ptr_array_add(media, g_steal_pointer(&reader->session));
        reader->session = cc_sdp_media_new();
        return NULL;
    }
    for (guint i = 0; i < media->len; i++) {
        if (!((CcSdpMedia *)media->pdata[i])->mid)
            return "an m-line has no a=mid";
    }
    return media->len ? NULL : "there is nothing in it";
}

CcSdp *
cc_sdp_read(const char *text, gssize length, gboolean fragment, GError **error)
{
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    g_auto(CcSdpReader) reader = {.fragment = fragment};
    g_autofree char *copy = NULL;
    const char *problem = NULL;
    guint number = 0;

    reader.sdp = cc_sdp_new();
    reader.session = reader.media = cc_sdp_media_new();
    if (size > CC_SDP_MAX_LENGTH || !g_utf8_validate(text, (gssize)size, NULL)) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NOT_SDP, "not text in UTF-8, or too long");
        return NULL;
    }
    copy = g_strndup(text, size);
    for (char *line = copy; *line && !problem;) {
        char *end = strchrnul(line, '\n');
        char *next = *end ? end + 1 : end;

        *end = '\0';
        if (end > line && end[-1] == '\r')
            end[-1] = '\0';
        number++;
        if (*line || *next) /* an empty last line is common */
            problem = read_line(&reader, number, line);
        line = next;
    }
    if (!problem && number == 0)
        problem = "it is empty";
    if (!problem && fragment)
        problem = finish_fragment(&reader);
    if (problem) {
        g_set_error(error, CC_ERROR, CC_ERROR_NOT_SDP, "line %u: %s", number, problem);
        return NULL;
    }
    for (guint i = 0; i < reader.sdp->media->len; i++)
        copy_session_down(&reader, reader.sdp->media->pdata[i]);
    return g_steal_pointer(&reader.sdp);
}

CcSdp *
cc_sdp_parse(const char *text, gssize length, GError **error)
{
    return cc_sdp_read(text, length, FALSE, error);
}
