/* ICE candidates as text (RFC 8839 section 5.1, TCP: RFC 6544 section 4.5). */
#include <string.h>

#include "common/wire/sdp-internal.h"

void
cc_sdp_candidate_free(CcSdpCandidate *candidate)
{
    if (!candidate)
        return;
    g_free(candidate->foundation);
    g_free(candidate->transport);
    g_free(candidate->address);
    g_free(candidate->type);
    g_free(candidate->tcp_type);
    g_free(candidate);
}

CcSdpCandidate *
cc_sdp_media_add_candidate(CcSdpMedia *media, const char *transport, guint32 priority,
                           const char *address, guint16 port, const char *type,
                           const char *tcp_type)
{
    CcSdpCandidate *candidate = g_new0(CcSdpCandidate, 1);

    /* A foundation of its own for each: they never share base, protocol and type here. */
    candidate->foundation = g_strdup_printf("%u", media->candidates->len + 1);
    candidate->component = 1;
    candidate->transport = g_strdup(transport);
    candidate->priority = priority;
    candidate->address = g_strdup(address);
    candidate->port = port;
    candidate->type = g_strdup(type);
    candidate->tcp_type = g_strdup(tcp_type);
    g_ptr_array_add(media->candidates, candidate);
    return candidate;
}

static gboolean
has_only(const char *text, gsize max_length, const char *punctuation)
{
    gsize length = strlen(text);

    if (length == 0 || length > max_length)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && !strchr(punctuation, text[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_number(const char *text, guint64 max, guint64 *value)
{
    return g_ascii_string_to_unsigned(text, 10, 0, max, value, NULL);
}

static const char *
find_extension(char **words, const char *name)
{
    for (guint i = 0; words[i] && words[i + 1]; i += 2) {
        if (strcmp(words[i], name) == 0)
            return words[i + 1];
    }
    return NULL;
}

CcSdpCandidate *
cc_sdp_candidate_parse(const char *text)
{
    g_auto(GStrv) words = NULL;
    CcSdpCandidate *candidate;
    const char *tcp_type;
    guint64 component, priority, port;

    if (!g_str_has_prefix(text, "candidate:") || strlen(text) > 1024)
        return NULL;
    words = g_strsplit(text + strlen("candidate:"), " ", 64);
    if (g_strv_length(words) < 8 || strcmp(words[6], "typ") != 0)
        return NULL;
    if (!has_only(words[0], 32, "+/-_") || !has_only(words[2], 16, "-") ||
        !has_only(words[4], 253, ".:-_%") || !has_only(words[7], 16, "-"))
        return NULL;
    if (!read_number(words[1], 256, &component) || component == 0 ||
        !read_number(words[3], G_MAXUINT32, &priority) || !read_number(words[5], 65535, &port))
        return NULL;
    tcp_type = find_extension(words + 8, "tcptype");
    if (tcp_type && !has_only(tcp_type, 16, "-"))
        return NULL;

    candidate = g_new0(CcSdpCandidate, 1);
    candidate->foundation = g_strdup(words[0]);
    candidate->component = (guint)component;
    candidate->transport = g_ascii_strdown(words[2], -1);
    candidate->priority = (guint32)priority;
    candidate->address = g_strdup(words[4]);
    candidate->port = (guint16)port;
    candidate->type = g_strdup(words[7]);
    candidate->tcp_type = g_strdup(tcp_type);
    return candidate;
}

char *
cc_sdp_candidate_to_string(const CcSdpCandidate *candidate)
{
    return g_strdup_printf("candidate:%s %u %s %u %s %u typ %s%s%s", candidate->foundation,
                           candidate->component, candidate->transport, candidate->priority,
                           candidate->address, candidate->port, candidate->type,
                           candidate->tcp_type ? " tcptype " : "",
                           candidate->tcp_type ? candidate->tcp_type : "");
}
