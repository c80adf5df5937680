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
