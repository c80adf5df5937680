#include "tests/weak-link/schedule.h"

#include <string.h>

#define MAX_STEPS 100000
#define MAX_TURNS                                                                                  \
    100000 /* of a packet through steps: a schedule that starves is no endless loop                \
            */

void
rate_schedule_init(RateSchedule *schedule)
{
    schedule->steps = g_array_new(FALSE, FALSE, sizeof(RateStep));
    schedule->period_us = 0;
}

void
rate_schedule_clear(RateSchedule *schedule)
{
    g_clear_pointer(&schedule->steps, g_array_unref);
}

static gboolean
parse_number(const char *text, double *value)
{
    char *end;
    *value = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && *value >= 0 && *value < 1e9;
}

static gboolean
add_step(RateSchedule *schedule, const char *seconds, const char *kbps)
{
    double from_s, rate_kbps;
    if (!parse_number(seconds, &from_s) || !parse_number(kbps, &rate_kbps) ||
        schedule->steps->len >= MAX_STEPS)
        return FALSE;
    RateStep step = {(gint64)(from_s * G_USEC_PER_SEC), (gint64)(rate_kbps * 1000)};
    if (schedule->steps->len > 0 &&
        g_array_index(schedule->steps, RateStep, schedule->steps->len - 1).from_us >= step.from_us)
        return FALSE;
    g_array_append_val(schedule->steps, step);
    return TRUE;
}

gboolean
rate_schedule_parse(RateSchedule *schedule, const char *text)
{
    if (strchr(text, ':') == NULL)
        return add_step(schedule, "0", text);
    g_auto(GStrv) steps = g_strsplit(text, ";", -1);
    for (guint i = 0; steps[i] != NULL; i++) {
        char *colon = strchr(steps[i], ':');
        if (colon == NULL)
            return FALSE;
        *colon = '\0';
        if (!add_step(schedule, g_strstrip(steps[i]), g_strstrip(colon + 1)))
            return FALSE;
    }
    return TRUE;
}

gboolean
rate_schedule_read(RateSchedule *schedule, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_strstrip(lines[i]);
        if (lines[i][0] == '\0' || lines[i][0] == '#')
            continue;
        char *space = strpbrk(lines[i], " \t");
        if (space != NULL)
            *space = '\0';
        if (space == NULL || !add_step(schedule, lines[i], g_strstrip(space + 1))) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "%s: line %u is not \"seconds kbit/s\" in ascending order", path, i + 1);
            return FALSE;
        }
    }
    return TRUE;
}

/* The step that holds at @time_us, and when it ends (G_MAXINT64: never). */
static const RateStep *
find_step(const RateSchedule *schedule, gint64 time_us, gint64 *end_us)
{
    gint64 turn_us = 0;
    if (schedule->period_us > 0 && time_us > 0)
        turn_us = time_us / schedule->period_us * schedule->period_us;
    guint low = 0, high = schedule->steps->len;
    while (high - low > 1) {
        guint middle = (low + high) / 2;
        if (g_array_index(schedule->steps, RateStep, middle).from_us <= time_us - turn_us)
            low = middle;
        else
            high = middle;
    }
    if (high < schedule->steps->len)
        *end_us = turn_us + g_array_index(schedule->steps, RateStep, high).from_us;
    else
        *end_us = schedule->period_us > 0 ? turn_us + schedule->period_us : G_MAXINT64;
    return &g_array_index(schedule->steps, RateStep, low);
}

gint64
rate_schedule_at(const RateSchedule *schedule, gint64 time_us)
{
    gint64 end_us;
    return schedule->steps->len > 0 ? find_step(schedule, time_us, &end_us)->bits_per_s : 0;
}

gint64
rate_schedule_finish(const RateSchedule *schedule, gint64 time_us, gint64 bits)
{
    double left = (double)bits;
    if (schedule->steps->len == 0)
        return time_us;
    for (guint turn = 0; turn < MAX_TURNS; turn++) {
        gint64 end_us;
        gint64 rate = find_step(schedule, time_us, &end_us)->bits_per_s;
        if (rate == 0)
            return time_us;
        double needed_us = left * G_USEC_PER_SEC / (double)rate;
        if (end_us == G_MAXINT64 || (double)(end_us - time_us) >= needed_us)
            return time_us + (gint64)needed_us;
        left -= (double)(end_us - time_us) * (double)rate / G_USEC_PER_SEC;
        time_us = end_us;
    }
    return time_us;
}

gboolean
spans_parse(GArray *spans, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        double from_s, until_s;
        char *dash = strchr(parts[i], '-');
        if (dash == NULL)
            return FALSE;
        *dash = '\0';
        if (!parse_number(parts[i], &from_s) || !parse_number(dash + 1, &until_s) ||
            until_s <= from_s)
            return FALSE;
        Span span = {(gint64)(from_s * G_USEC_PER_SEC), (gint64)(until_s * G_USEC_PER_SEC)};
        g_array_append_val(spans, span);
    }
    return TRUE;
}

gboolean
spans_hold(const GArray *spans, gint64 time_us)
{
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);
        if (time_us >= span->from_us && time_us < span->until_us)
            return TRUE;
    }
    return FALSE;
}
