#include "common/base/clean-text.h"

/* Control characters could move the cursor; direction overrides could turn a line around. */
static gboolean
is_harmful(gunichar c)
{
    return g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

char *
cc_clean_text(const char *text, gsize max_bytes)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    GString *clean = g_string_new(NULL);

    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        char bytes[6];
        int n = g_unichar_to_utf8(is_harmful(c) ? ' ' : c, bytes);
        if (clean->len + n > max_bytes)
            break;
        g_string_append_len(clean, bytes, n);
    }
    g_strstrip(clean->str);
    return g_string_free(clean, FALSE);
}
