/* The lasting connection against a scripted relay, with real HTTP, ICE, DTLS and SRTP over
 * loopback: what its tests share. */
#pragma once

#include "client/connection.h"
#include "tests/unit/client/scripted-relay.h"

#define WATCHDOG_MS 600
#define BEAT_MS 20

typedef struct {
    ScriptedRelay *relay;
    CcConfig *config;
    CcConnection *connection;

    /* What the test's beat sends, for the relay to echo. */
    gboolean send_rtp, send_rtcp;
    guint16 sequence;
    guint beat;

    CcConnectionState state;
    char *message;
    GString *history; /* one letter a state */
    guint negotiated, rtp, rtcp, rtp_before_negotiated;
    gint64 on_us;
    char *audience;
    gboolean stopped;
} Fixture;

/* For g_test_add(). */
void fixture_set_up(Fixture *fixture, gconstpointer data);
void fixture_tear_down(Fixture *fixture, gconstpointer data);
/* Connects to the fixture's relay, as the teacher or as a classroom. */
void fixture_begin(Fixture *fixture, gboolean publish);

/* What the fixture's connection is given; for connections of your own. */
extern const CcConnectionCallbacks fixture_callbacks;
void fixture_on_state(CcConnectionState state, const char *message, gpointer user_data);
CcSdp *fixture_make_offer(gpointer user_data);

gboolean fixture_on_watchdog(gpointer user_data);
/* Runs the main context until @condition holds. */
#define wait_until(fixture, condition)                                                             \
    G_STMT_START                                                                                   \
    {                                                                                              \
        guint watchdog_ = g_timeout_add_seconds(60, fixture_on_watchdog, fixture);                 \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(watchdog_);                                                                \
    }                                                                                              \
    G_STMT_END
