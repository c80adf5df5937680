#include "common/base/log.h"

#include "common/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer lines are cut: nobody reads them, and strangers choose part of the text. */
#define MAX_MESSAGE_BYTES 2000

static gint current_level = CC_LOG_INFO;
static const char *line_prefix;

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const char *const level_labels[] = {"ERROR", "WARN ", "INFO ", "DEBUG"};

/* Appends @text on one line: what a stranger puts into it can neither forge a line nor steer a
 * terminal. */
static void
append_clean(GString *line, const char *text)
{
    const char *end = text + strnlen(text, MAX_MESSAGE_BYTES);

    while (text < end) {
        gunichar c = g_utf8_get_char_validated(text, end - text);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append_printf(line, "\\x%02x", (guchar)*text++);
            continue;
        }
        if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
            g_string_append_printf(line, "\\u%04x", c);
        else
            g_string_append_unichar(line, c);
        text = g_utf8_next_char(text);
    }
    if (*end)
        g_string_append(line, "…");
}

static void
write_line(CcLogLevel level, const char *area, const char *message)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GString) line = g_string_sized_new(160);
    const char *prefix = g_atomic_pointer_get(&line_prefix);

    if (prefix != NULL)
        g_string_append(line, prefix);
    g_string_append_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s ",
                           g_date_time_get_year(now), g_date_time_get_month(now),
                           g_date_time_get_day_of_month(now), g_date_time_get_hour(now),
                           g_date_time_get_minute(now), g_date_time_get_second(now),
                           g_date_time_get_microsecond(now) / 1000, level_labels[level]);
    append_clean(line, area);
    g_string_append(line, ": ");
    append_clean(line, message);
    g_string_append_c(line, '\n');

    /* One write, so that threads and processes sharing stderr do not mix their lines. */
    if (write(STDERR_FILENO, line->str, line->len) < 0)
        return; /* nowhere left to complain */
}

static CcLogLevel
level_from_glib(GLogLevelFlags flags)
{
    if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return CC_LOG_ERROR;
    if (flags & G_LOG_LEVEL_WARNING)
        return CC_LOG_WARNING;
    /* What GLib's users call a message or info is an inner matter of their libraries. */
    return CC_LOG_DEBUG;
}

/* G_DEBUG=fatal-criticals and fatal-warnings work as in any GLib program. */
static GLogLevelFlags
fatal_levels(void)
{
    static const GDebugKey keys[] = {
        {"fatal-warnings", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL},
        {"fatal-criticals", G_LOG_LEVEL_CRITICAL},
    };
    return g_parse_debug_string(g_getenv("G_DEBUG"), keys, G_N_ELEMENTS(keys));
}

static GLogWriterOutput
on_glib_message(GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer user_data)
{
    const char *message = "";
    const char *domain = "glib";
    CcLogLevel level = level_from_glib(flags);

    for (gsize i = 0; i < n_fields; i++) {
        if (fields[i].length >= 0)
            continue; /* not a string */
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            message = fields[i].value;
        else if (strcmp(fields[i].key, "GLIB_DOMAIN") == 0)
            domain = fields[i].value;
    }
    if ((gint)level <= g_atomic_int_get(&current_level))
        write_line(level, domain, message);
    if (flags & GPOINTER_TO_UINT(user_data))
        abort();
    return G_LOG_WRITER_HANDLED;
}

void
cc_log_init(CcLogLevel level)
{
    static gsize installed = 0;

    cc_log_set_level(level);
    if (g_once_init_enter(&installed)) {
        g_log_set_writer_func(on_glib_message, GUINT_TO_POINTER(fatal_levels()), NULL);
        g_once_init_leave(&installed, 1);
    }
}

void
cc_log_set_level(CcLogLevel level)
{
    g_atomic_int_set(&current_level, (gint)level);
}

void
cc_log_set_line_prefix(const char *prefix)
{
    g_atomic_pointer_set(&line_prefix, (char *)prefix);
}

gboolean
cc_log_level_from_string(const char *name, CcLogLevel *level)
{
    for (gsize i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (g_strcmp0(name, level_names[i]) == 0) {
            *level = (CcLogLevel)i;
            return TRUE;
        }
    }
    return FALSE;
}

void
cc_log_write(CcLogLevel level, const char *area, const char *format, ...)
{
    va_list arguments;

    if ((gint)level > g_atomic_int_get(&current_level))
        return;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    write_line(level, area, message);
}

gboolean
cc_log_limit_pass(CcLogLimit *limit, guint *suppressed)
{
    gint64 now_us = cc_clock_now_us();
    gint64 next_us = __atomic_load_n(&limit->next_us, __ATOMIC_RELAXED);

    /* Of several threads that arrive together, the one that moves the time forward may speak. */
    if (now_us < next_us ||
        !__atomic_compare_exchange_n(&limit->next_us, &next_us, now_us + G_USEC_PER_SEC, FALSE,
                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        __atomic_fetch_add(&limit->suppressed, 1, __ATOMIC_RELAXED);
        return FALSE;
    }
    *suppressed = __atomic_exchange_n(&limit->suppressed, 0, __ATOMIC_RELAXED);
    return TRUE;
}
