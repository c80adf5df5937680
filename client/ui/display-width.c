#include "client/ui/display-width.h"

static guint
character_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

guint
cc_display_width(const char *text)
{
    guint width = 0;
    for (; *text != '\0'; text = g_utf8_next_char(text))
        width += character_width(g_utf8_get_char(text));
    return width;
}

char *
cc_display_fit(const char *text, guint columns)
{
    if (cc_display_width(text) <= columns)
        return g_strdup(text);
    if (columns == 0)
        return g_strdup("");
    const char *end = text;
    guint width = 0;
    for (;; end = g_utf8_next_char(end)) {
        width += character_width(g_utf8_get_char(end));
        if (width > columns - 1)
            break;
    }
    g_autofree char *head = g_strndup(text, end - text);
    return g_strconcat(head, "…", NULL);
}

static gboolean
is_harmless(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return FALSE;
    case G_UNICODE_FORMAT:
        return c == 0x200c || c == 0x200d; /* joiners, which some scripts need */
    default:
        return TRUE;
    }
}

char *
cc_display_harmless(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *harmless = g_string_new(NULL);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(harmless, is_harmless(c) ? c : 0xfffd);
    }
    return g_string_free(harmless, FALSE);
}
