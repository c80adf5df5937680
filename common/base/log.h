/* Logging: four macros, one line per event, made to be grepped; GLib's own messages join in:
 *   2026-01-02T03:04:05.678Z INFO  relay: lesson begins room=math participant=ab12
 * Everything goes to stderr. Each source file defines CC_LOG_AREA before including this.
 * Control characters are escaped, so that what strangers send cannot forge lines. Works before
 * cc_log_init (at level info) and never aborts. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#ifndef CC_LOG_AREA
#define CC_LOG_AREA "classcast"
#endif

typedef enum { CC_LOG_ERROR, CC_LOG_WARNING, CC_LOG_INFO, CC_LOG_DEBUG } CcLogLevel;

/* Sets the level, messages above which are dropped, and takes over GLib's messages: errors and
 * warnings as such, all others as debug. */
void cc_log_init(CcLogLevel level);

/* May be called at any time (SIGHUP). */
void cc_log_set_level(CcLogLevel level);

/* Bytes written before each line, to clear what a status line has left on the terminal; NULL for none.
 * @prefix must stay valid for ever. */
void cc_log_set_line_prefix(const char *prefix);

/* @name: "error", "warning", "info" or "debug". Returns FALSE for anything else. */
gboolean cc_log_level_from_string(const char *name, CcLogLevel *level);

void cc_log_write(CcLogLevel level, const char *area, const char *format, ...) G_GNUC_PRINTF(3, 4);

#define cc_error(...) cc_log_write(CC_LOG_ERROR, CC_LOG_AREA, __VA_ARGS__)
#define cc_warning(...) cc_log_write(CC_LOG_WARNING, CC_LOG_AREA, __VA_ARGS__)
#define cc_info(...) cc_log_write(CC_LOG_INFO, CC_LOG_AREA, __VA_ARGS__)
#define cc_debug(...) cc_log_write(CC_LOG_DEBUG, CC_LOG_AREA, __VA_ARGS__)

/* For what a stranger can trigger: at most one line a second per call site; the next line says how
 * many were left out. */
typedef struct {
    gint64 next_us;
    guint suppressed;
} CcLogLimit;
gboolean cc_log_limit_pass(CcLogLimit *limit, guint *suppressed);
#define cc_warning_limited(format, ...)                                                            \
    G_STMT_START                                                                                   \
    {                                                                                              \
        static CcLogLimit cc_limit_;                                                               \
        guint cc_suppressed_ = 0;                                                                  \
        if (cc_log_limit_pass(&cc_limit_, &cc_suppressed_))                                        \
            cc_log_write(CC_LOG_WARNING, CC_LOG_AREA, format " (suppressed=%u)", ##__VA_ARGS__,    \
                         cc_suppressed_);                                                          \
    }                                                                                              \
    G_STMT_END

G_END_DECLS
