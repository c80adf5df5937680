/* What of the screen is shown, as the settings say it: "monitor", "monitor:HDMI-1",
 * "window:Lesson 3", "window:0x1e00007", "region:1280x720+0+80". Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_SCREEN_LEAST 16 /* pixels: less is nothing to look at */

typedef enum { CC_SCREEN_MONITOR, CC_SCREEN_WINDOW, CC_SCREEN_REGION } CcScreenKind;

typedef struct {
    CcScreenKind kind;
    const char *name;    /* monitor or window, points into the text; "": the first, or none */
    guint left, top;     /* region, in pixels of the screen */
    guint width, height; /* likewise; at least CC_SCREEN_LEAST */
} CcScreenArea;

/* @text outlives @area. Error: CC_ERROR_USAGE, with what was expected. */
gboolean cc_screen_area_parse(const char *text, CcScreenArea *area, GError **error);

G_END_DECLS
