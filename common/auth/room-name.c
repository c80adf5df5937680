#include "common/auth/token.h"

#include <string.h>

#define MAX_CHARACTERS 64

gboolean
cc_room_name_is_valid(const char *room)
{
    gsize count = 0;

    /* A character has at most 4 bytes; this also bounds the work on a hostile path. */
    if (*room == '.' || strnlen(room, 4 * MAX_CHARACTERS + 1) > 4 * MAX_CHARACTERS ||
        !g_utf8_validate(room, -1, NULL))
        return FALSE;
    for (const char *c = room; *c; c = g_utf8_next_char(c), count++) {
        gunichar character = g_utf8_get_char(c);
        /* Marks are parts of letters in many scripts; a name may not begin with one. */
        if (!g_unichar_isalnum(character) && !strchr("._-", (int)MIN(character, 0x7f)) &&
            !(g_unichar_ismark(character) && count > 0))
            return FALSE;
    }
    return count >= 1 && count <= MAX_CHARACTERS;
}
