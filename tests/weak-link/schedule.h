/* What changes with time on a link: a rate in steps, and spans in which something holds. Written as
 * text: steps "0:1000;20:150;40:1000" (seconds:kbit/s), spans "10-20;40-50" (seconds). Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 from_us;
    gint64 bits_per_s; /* 0: without limit */
} RateStep;

typedef struct {
    GArray *steps;    /* RateStep, ascending; empty: without limit */
    gint64 period_us; /* begins anew after this; 0: the last step holds for ever */
} RateSchedule;

typedef struct {
    gint64 from_us, until_us;
} Span;

void rate_schedule_init(RateSchedule *schedule);
void rate_schedule_clear(RateSchedule *schedule);
/* A number of kbit/s, or steps. FALSE if @text is neither. */
gboolean rate_schedule_parse(RateSchedule *schedule, const char *text);
/* Lines of "seconds kbit/s"; what begins with # is passed over. Error: the file's. */
gboolean rate_schedule_read(RateSchedule *schedule, const char *path, GError **error);
/* Before 0 the first step holds. */
gint64 rate_schedule_at(const RateSchedule *schedule, gint64 time_us);
/* When @bits that begin at @time_us are through. */
gint64 rate_schedule_finish(const RateSchedule *schedule, gint64 time_us, gint64 bits);

/* Appends to @spans (Span). FALSE if @text has another form. */
gboolean spans_parse(GArray *spans, const char *text);
gboolean spans_hold(const GArray *spans, gint64 time_us);

G_END_DECLS
