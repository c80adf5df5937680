#include "common/deck/manifest.h"

#include <string.h>

#include "common/base/error.h"

#define MAX_LINE 512

static gboolean
fail(GError **error, const char *what)
{
    g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "no manifest of a deck: %s", what);
    return FALSE;
}

/* One line of text: control and direction characters would change what people see beside it. */
static char *
clean_title(const char *title)
{
    g_autofree char *valid = g_utf8_make_valid(title != NULL ? title : "", -1);
    GString *clean = g_string_new(NULL);

    for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar one = g_utf8_get_char(c);
        if (clean->len + 6 > CC_DECK_MAX_TITLE)
            break;
        if (!g_unichar_iscntrl(one) && g_unichar_type(one) != G_UNICODE_FORMAT &&
            g_unichar_type(one) != G_UNICODE_LINE_SEPARATOR &&
            g_unichar_type(one) != G_UNICODE_PARAGRAPH_SEPARATOR)
            g_string_append_unichar(clean, one);
    }
    return g_string_free(clean, FALSE);
}

CcDeckManifest *
cc_deck_manifest_new(const char *id, const char *title, guint n_pages)
{
    CcDeckManifest *manifest = g_new0(CcDeckManifest, 1);

    manifest->id = g_strdup(id);
    manifest->title = clean_title(title);
    manifest->pages = g_array_new(FALSE, TRUE, sizeof(CcDeckPage));
    g_array_set_size(manifest->pages, n_pages);
    return manifest;
}

void
cc_deck_manifest_free(CcDeckManifest *manifest)
{
    if (manifest == NULL)
        return;
    g_free(manifest->id);
    g_free(manifest->title);
    g_array_unref(manifest->pages);
    g_free(manifest);
}

gboolean
cc_deck_hash_is_valid(const char *hash)
{
    return strlen(hash) == CC_DECK_HASH_LENGTH &&
           strspn(hash, "0123456789abcdef") == CC_DECK_HASH_LENGTH;
}

gboolean
cc_deck_id_is_valid(const char *id)
{
    gsize length = strlen(id);

    return length > 0 && length <= CC_DECK_MAX_ID &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == length;
}

void
cc_deck_hash(const guint8 *data, gsize length, char hash[CC_DECK_HASH_LENGTH + 1])
{
    g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, length);

    g_strlcpy(hash, digest, CC_DECK_HASH_LENGTH + 1);
}

/* "deck ID" or "deck ID TITLE" */
static CcDeckManifest *
parse_head(const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 3);

    if (g_strv_length(words) < 2 || !g_str_equal(words[0], "deck") ||
        !cc_deck_id_is_valid(words[1])) {
        fail(error, "it begins with \"deck\" and an id");
        return NULL;
    }
    return cc_deck_manifest_new(words[1], words[2], 0);
}

/* "-" or "HASH BYTES" */
static gboolean
parse_page(const char *line, CcDeckPage *page, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    guint64 bytes;

    *page = (CcDeckPage){0};
    if (g_str_equal(line, "-"))
        return TRUE;
    if (g_strv_length(words) != 2 || !cc_deck_hash_is_valid(words[0]))
        return fail(error, "a page is \"-\", or a hash and a size");
    if (!g_ascii_string_to_unsigned(words[1], 10, 1, CC_DECK_MAX_PAGE_BYTES, &bytes, NULL))
        return fail(error, "a page is too large, or has no size");
    g_strlcpy(page->hash, words[0], sizeof page->hash);
    page->bytes = (guint)bytes;
    return TRUE;
}

static gboolean
parse_pages(CcDeckManifest *manifest, char **lines, GError **error)
{
    for (guint i = 0; lines[i] != NULL; i++) {
        CcDeckPage page;
        if (*lines[i] == '\0' && lines[i + 1] == NULL)
            break; /* behind the last line's end */
        if (strlen(lines[i]) > MAX_LINE)
            return fail(error, "a line is too long");
        if (!parse_page(lines[i], &page, error))
            return FALSE;
        if (manifest->pages->len == CC_DECK_MAX_PAGES)
            return fail(error, "it has too many pages");
        g_array_append_val(manifest->pages, page);
    }
    return manifest->pages->len > 0 ? TRUE : fail(error, "it has no pages");
}

CcDeckManifest *
cc_deck_manifest_parse(const char *text, gsize length, GError **error)
{
    if (length == 0 || memchr(text, '\0', length) != NULL ||
        !g_utf8_validate(text, (gssize)length, NULL)) {
        fail(error, "it is no text");
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", CC_DECK_MAX_PAGES + 3);
    if (strlen(lines[0]) > MAX_LINE) {
        fail(error, "a line is too long");
        return NULL;
    }
    g_autoptr(CcDeckManifest) manifest = parse_head(lines[0], error);
    if (manifest == NULL || !parse_pages(manifest, lines + 1, error))
        return NULL;
    return g_steal_pointer(&manifest);
}

char *
cc_deck_manifest_to_string(const CcDeckManifest *manifest)
{
    GString *text = g_string_new("deck ");

    g_string_append_printf(text, "%s %s\n", manifest->id, manifest->title);
    for (guint i = 0; i < manifest->pages->len; i++) {
        const CcDeckPage *page = &g_array_index(manifest->pages, CcDeckPage, i);
        if (*page->hash == '\0')
            g_string_append(text, "-\n");
        else
            g_string_append_printf(text, "%s %u\n", page->hash, page->bytes);
    }
    return g_string_free(text, FALSE);
}

CcDeckPage *
cc_deck_manifest_page(const CcDeckManifest *manifest, guint index)
{
    return index < manifest->pages->len ? &g_array_index(manifest->pages, CcDeckPage, index) : NULL;
}

const CcDeckPage *
cc_deck_manifest_find(const CcDeckManifest *manifest, const char *hash)
{
    for (guint i = 0; i < manifest->pages->len; i++) {
        const CcDeckPage *page = &g_array_index(manifest->pages, CcDeckPage, i);
        if (*page->hash != '\0' && g_str_equal(page->hash, hash))
            return page;
    }
    return NULL;
}
