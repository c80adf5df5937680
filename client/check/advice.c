#include "client/check/advice.h"

#include <glib/gi18n.h>

#define AMPLE_KBPS 1200 /* takes all that send sends by its defaults */
#define NARROW_KBPS 100 /* where headers weigh: longer audio packets */
#define VOICE_KBPS 32
#define NARROW_VOICE_KBPS 12
#define HEADERS_KBPS 23 /* of 20 ms audio packets; a third of that at 60 ms */
#define USABLE 0.8      /* of what was measured, the rest for repetitions and for others */
#define LEAST_PICTURE_KBPS 30
#define SIMULCAST_KBPS 450
#define JITTER_MS 150
#define MAX_LATENCY_MS 1500

static void
add_size(GString *text, guint kbps, guint max_height)
{
    guint height = kbps < 150 ? 180 : kbps < 450 ? 360 : 720;
    height = MIN(height, max_height);
    g_string_append_printf(text, "width = %u\nheight = %u\n", height * 16 / 9, height);
}

/* What a teacher sends over a line that does not take everything. */
static void
add_teacher(GString *text, const CcAdviceFacts *facts)
{
    const CcRampResult *up = &facts->up.result;
    if (!facts->up.measured || up->kbps == 0 || up->at_least || up->kbps >= AMPLE_KBPS)
        return;
    gboolean narrow = up->kbps < NARROW_KBPS;
    guint voice = narrow ? NARROW_VOICE_KBPS + HEADERS_KBPS / 3 : VOICE_KBPS + HEADERS_KBPS;
    guint usable = (guint)(up->kbps * USABLE);
    guint picture = MAX(usable > voice ? usable - voice : 0, (guint)LEAST_PICTURE_KBPS);
    g_string_append_printf(text, "\n[video]\n# %s\n",
                           _("what this line carries, with room for repetitions"));
    g_string_append_printf(text, "bitrate-kbps = %u\n", picture);
    add_size(text, picture, 720);
    if (picture < SIMULCAST_KBPS)
        g_string_append(text, "simulcast = false\n");
    if (narrow)
        g_string_append_printf(text, "\n[audio]\nbitrate-kbps = %d\nframe-ms = 60\n",
                               NARROW_VOICE_KBPS);
}

static void
add_classroom(GString *text, const CcAdviceFacts *facts)
{
    guint jitter_ms = facts->delay.usual_ms - facts->delay.least_ms;
    g_string_append(text, "\n[recv]\nfullscreen = true\n");
    if (jitter_ms > JITTER_MS)
        g_string_append_printf(text, "# %s\nlatency-ms = %u\n",
                               _("the line is uneven: wait a little from the start"),
                               MIN((jitter_ms + 49) / 50 * 50, (guint)MAX_LATENCY_MS));
}

/* For somebody else's file, so commented out. */
static void
add_request_to_teacher(GString *text, const CcAdviceFacts *facts)
{
    guint height = facts->decoder.height;
    if (facts->teacher || facts->decoder.no_decoder || facts->decoder.fps == 0 || height >= 720)
        return;
    height = MAX(height, 180u);
    g_string_append_printf(text, "\n# %s\n# [video]\n# width = %u\n# height = %u\n",
                           _("for the teacher's PC, since this one is slow:"), height * 16 / 9,
                           height);
}

char *
cc_advice(const CcAdviceFacts *facts)
{
    GString *text = g_string_new("[network]\n");
    g_string_append_printf(text, "relay-url = %s\nroom = %s\n", facts->relay_url, facts->room);
    if (facts->udp.enabled && facts->udp.port != 0 && !facts->udp.open && facts->tcp.open)
        g_string_append_printf(text, "# %s\nenable-udp = false\n",
                               _("UDP is closed here; take this out once it is open"));
    if (facts->teacher)
        add_teacher(text, facts);
    else
        add_classroom(text, facts);
    add_request_to_teacher(text, facts);
    return g_string_free(text, FALSE);
}
