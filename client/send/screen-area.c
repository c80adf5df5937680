#include "client/send/screen-area.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/base/error.h"

#define MOST 32767 /* X's own limit */

/* The part behind "name:", "" for the name alone; NULL if it is another one. */
static const char *
behind(const char *text, const char *name)
{
    gsize length = strlen(name);
    if (strncmp(text, name, length) != 0)
        return NULL;
    if (text[length] == '\0')
        return text + length;
    return text[length] == ':' ? text + length + 1 : NULL;
}

/* A number and the sign behind it, which is passed over. */
static gboolean
take_number(const char **text, char sign, guint *number)
{
    char *end;
    if (!g_ascii_isdigit(**text))
        return FALSE;
    guint64 value = g_ascii_strtoull(*text, &end, 10);
    if (value > MOST || *end != sign)
        return FALSE;
    *number = (guint)value;
    *text = end + (sign != '\0');
    return TRUE;
}

static gboolean
parse_region(const char *text, CcScreenArea *area)
{
    return take_number(&text, 'x', &area->width) && take_number(&text, '+', &area->height) &&
           take_number(&text, '+', &area->left) && take_number(&text, '\0', &area->top) &&
           area->width >= CC_SCREEN_LEAST && area->height >= CC_SCREEN_LEAST;
}

gboolean
cc_screen_area_parse(const char *text, CcScreenArea *area, GError **error)
{
    static const char *const names[] = {
        [CC_SCREEN_MONITOR] = "monitor",
        [CC_SCREEN_WINDOW] = "window",
        [CC_SCREEN_REGION] = "region",
    };
    *area = (CcScreenArea){.name = ""};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *rest = behind(text, names[i]);
        if (rest == NULL)
            continue;
        area->kind = (CcScreenKind)i;
        if (i != CC_SCREEN_REGION) {
            area->name = rest;
            return TRUE;
        }
        if (parse_region(rest, area))
            return TRUE;
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE,
                    _("a region of the screen is given as region:1280x720+0+80 (width, height, "
                      "from the left, from the top), got \"%s\""),
                    text);
        return FALSE;
    }
    g_set_error(error, CC_ERROR, CC_ERROR_USAGE,
                _("of the screen is shown monitor, monitor:NAME, window:TITLE or "
                  "region:WIDTHxHEIGHT+LEFT+TOP, got \"%s\""),
                text);
    return FALSE;
}
