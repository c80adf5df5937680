#include "tests/weak-link/link-model.h"

#include <string.h>

void
link_conditions_init(LinkConditions *conditions)
{
    *conditions = (LinkConditions){.queue_ms = 300, .reorder_ms = 20};
    rate_schedule_init(&conditions->rate);
    conditions->outages = g_array_new(FALSE, FALSE, sizeof(Span));
    conditions->udp_blocked = g_array_new(FALSE, FALSE, sizeof(Span));
}

void
link_conditions_clear(LinkConditions *conditions)
{
    rate_schedule_clear(&conditions->rate);
    g_clear_pointer(&conditions->outages, g_array_unref);
    g_clear_pointer(&conditions->udp_blocked, g_array_unref);
}

static gboolean
set_number(LinkConditions *conditions, const char *key, const char *text)
{
    const struct {
        const char *key;
        double *value;
        double most;
    } numbers[] = {
        {"delay", &conditions->delay_ms, 60000},
        {"jitter", &conditions->jitter_ms, 60000},
        {"queue", &conditions->queue_ms, 60000},
        {"loss", &conditions->loss_percent, 100},
        {"burst", &conditions->burst, 10000},
        {"duplicate", &conditions->duplicate_percent, 100},
        {"reorder", &conditions->reorder_percent, 100},
        {"reorder-by", &conditions->reorder_ms, 60000},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        char *end;
        if (!g_str_equal(key, numbers[i].key))
            continue;
        *numbers[i].value = g_ascii_strtod(text, &end);
        return end != text && *end == '\0' && *numbers[i].value >= 0 &&
               *numbers[i].value <= numbers[i].most;
    }
    return FALSE;
}

static gboolean
set_key(LinkConditions *conditions, const char *key, const char *text, GError **error)
{
    gboolean fine;
    if (g_str_equal(key, "rate"))
        fine = rate_schedule_parse(&conditions->rate, text);
    else if (g_str_equal(key, "trace"))
        return rate_schedule_read(&conditions->rate, text, error);
    else if (g_str_equal(key, "period"))
        fine = (conditions->rate.period_us =
                    (gint64)(g_ascii_strtod(text, NULL) * G_USEC_PER_SEC)) > 0;
    else if (g_str_equal(key, "outage"))
        fine = spans_parse(conditions->outages, text);
    else if (g_str_equal(key, "block-udp"))
        fine = spans_parse(conditions->udp_blocked, text);
    else
        fine = set_number(conditions, key, text);
    if (!fine)
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "no condition of a link: %s=%s", key, text);
    return fine;
}

gboolean
link_conditions_parse(LinkConditions *conditions, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        char *equals = strchr(parts[i], '=');
        if (equals == NULL && parts[i][0] == '\0')
            continue;
        if (equals != NULL)
            *equals = '\0';
        if (!set_key(conditions, parts[i], equals != NULL ? equals + 1 : "", error))
            return FALSE;
    }
    return TRUE;
}
