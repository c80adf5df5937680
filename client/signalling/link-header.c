#include "client/signalling/link-header.h"

#include <string.h>

#include "client/signalling/signalling.h"

static void
ice_server_free(gpointer data)
{
    CcSignallingIceServer *server = data;
    g_free(server->url);
    g_free(server->username);
    g_free(server->password);
    g_free(server);
}

GPtrArray *
cc_link_servers_new(void)
{
    return g_ptr_array_new_with_free_func(ice_server_free);
}

static void
skip_blanks(const char **p)
{
    while (**p == ' ' || **p == '\t')
        (*p)++;
}

/* A quoted-string (RFC 9110 section 5.6.4) or a token. (transfer full) */
static char *
read_value(const char **p)
{
    GString *value = g_string_new(NULL);
    if (**p == '"') {
        for ((*p)++; **p != '\0' && **p != '"'; (*p)++) {
            if (**p == '\\' && (*p)[1] != '\0')
                (*p)++;
            g_string_append_c(value, **p);
        }
        if (**p == '"')
            (*p)++;
    } else {
        for (; **p != '\0' && strchr(";, \t", **p) == NULL; (*p)++)
            g_string_append_c(value, **p);
    }
    return g_string_free(value, FALSE);
}

/* "; name=value" or "; name". FALSE at the end of the link. */
static gboolean
read_parameter(const char **p, char **name, char **value)
{
    skip_blanks(p);
    if (**p != ';')
        return FALSE;
    (*p)++;
    skip_blanks(p);
    const char *begin = *p;
    while (**p != '\0' && strchr("=;, \t", **p) == NULL)
        (*p)++;
    *name = g_ascii_strdown(begin, *p - begin);
    skip_blanks(p);
    if (**p == '=') {
        (*p)++;
        skip_blanks(p);
        *value = read_value(p);
    } else {
        *value = g_strdup("");
    }
    return TRUE;
}

static gboolean
relation_is_ice_server(const char *relations)
{
    g_auto(GStrv) words = g_strsplit(relations, " ", 16);
    for (guint i = 0; words[i] != NULL; i++)
        if (g_ascii_strcasecmp(words[i], "ice-server") == 0)
            return TRUE;
    return FALSE;
}

static gboolean
url_is_usable(const char *url, gboolean has_credentials)
{
    if (g_ascii_strncasecmp(url, "stun:", 5) == 0 || g_ascii_strncasecmp(url, "stuns:", 6) == 0)
        return TRUE;
    return has_credentials && (g_ascii_strncasecmp(url, "turn:", 5) == 0 ||
                               g_ascii_strncasecmp(url, "turns:", 6) == 0);
}

/* One link, from '<' on; leaves *p behind it. */
static void
read_link(const char **p, GPtrArray *servers)
{
    const char *end = strchr(*p, '>');
    if (end == NULL) {
        *p += strlen(*p);
        return;
    }
    g_autofree char *url = g_strndup(*p + 1, end - *p - 1);
    g_autofree char *relation = NULL, *username = NULL, *credential = NULL, *type = NULL;
    char *name, *value;

    *p = end + 1;
    while (read_parameter(p, &name, &value)) {
        char **slot = strcmp(name, "rel") == 0               ? &relation
                      : strcmp(name, "username") == 0        ? &username
                      : strcmp(name, "credential") == 0      ? &credential
                      : strcmp(name, "credential-type") == 0 ? &type
                                                             : NULL;
        if (slot != NULL && *slot == NULL)
            *slot = g_steal_pointer(&value);
        g_free(name);
        g_free(value);
    }
    gboolean usable_type = type == NULL || g_ascii_strcasecmp(type, "password") == 0;
    if (relation == NULL || !relation_is_ice_server(relation) || !usable_type ||
        !url_is_usable(url, username != NULL && credential != NULL) ||
        servers->len >= CC_LINK_MAX_SERVERS)
        return;
    CcSignallingIceServer *server = g_new0(CcSignallingIceServer, 1);
    server->url = g_steal_pointer(&url);
    server->username = g_steal_pointer(&username);
    server->password = g_steal_pointer(&credential);
    g_ptr_array_add(servers, server);
}

void
cc_link_header_parse(const char *value, GPtrArray *servers)
{
    const char *p = value;
    while (p != NULL && *p != '\0') {
        if (*p == '<')
            read_link(&p, servers);
        else
            p++;
    }
}
