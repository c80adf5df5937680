#include "tests/unit/client/connection-fixture.h"

#include "common/base/error.h"

gboolean
fixture_on_watchdog(gpointer user_data)
{
    Fixture *fixture = user_data;
    g_error("the test hangs: states %s, \"%s\", posts %u, patches %u", fixture->history->str,
            fixture->message, fixture->relay != NULL ? fixture->relay->posts : 0,
            fixture->relay != NULL ? fixture->relay->patches : 0);
    return G_SOURCE_REMOVE;
}

static gboolean
on_beat(gpointer user_data)
{
    Fixture *fixture = user_data;
    guint8 rtp[32] = {0x80, 111, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78};
    guint8 rtcp[8] = {0x80, 201, 0, 1, 0x12, 0x34, 0x56, 0x78};

    if (fixture->connection == NULL)
        return G_SOURCE_CONTINUE;
    if (fixture->send_rtp) {
        rtp[2] = fixture->sequence >> 8;
        rtp[3] = fixture->sequence & 0xff;
        if (cc_connection_send_rtp(fixture->connection, rtp, sizeof rtp, FALSE))
            fixture->sequence++;
    }
    if (fixture->send_rtcp)
        cc_connection_send_rtcp(fixture->connection, rtcp, sizeof rtcp);
    return G_SOURCE_CONTINUE;
}

void
fixture_on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    Fixture *fixture = user_data;
    if (fixture->history->len == 0 || state != fixture->state)
        g_string_append_c(fixture->history, "CWOLAVR"[state]);
    fixture->state = state;
    g_free(fixture->message);
    fixture->message = g_strdup(message);
    if (state == CC_CONNECTION_ON)
        fixture->on_us = g_get_monotonic_time();
}

static void
on_negotiated(const CcSdp *answer, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->negotiated++;
    g_assert_cmpuint(answer->media->len, ==, 1);
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->rtp++;
    if (fixture->negotiated == 0)
        fixture->rtp_before_negotiated++;
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->rtcp++;
}

static void
on_audience(guint n, const char *const *names, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_assert_cmpuint(g_strv_length((char **)names), ==, n);
    g_free(fixture->audience);
    fixture->audience = g_strjoinv("|", (char **)names);
}

const CcConnectionCallbacks fixture_callbacks = {
    .state_changed = fixture_on_state,
    .negotiated = on_negotiated,
    .rtp = on_rtp,
    .rtcp = on_rtcp,
    .audience_changed = on_audience,
};

CcSdp *
fixture_make_offer(gpointer user_data)
{
    CcSdp *offer = cc_sdp_new();
    CcSdpMedia *media = cc_sdp_add_media(offer, CC_MEDIA_AUDIO, NULL);
    media->direction = CC_SDP_SENDONLY;
    cc_sdp_media_add_codec(media, 111, "opus", 48000, 2, NULL);
    return offer;
}

void
fixture_set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    CcConfigOverride overrides[] = {
        {"network.watchdog-ms", G_STRINGIFY(WATCHDOG_MS), "test"},
        {"network.backoff-max-ms", "400", "test"},
        {"network.enable-tcp", "false", "test"},
        {NULL},
    };
    fixture->config = cc_config_load(NULL, overrides, &error);
    g_assert_no_error(error);
    fixture->history = g_string_new(NULL);
    fixture->relay = scripted_relay_new(0);
    fixture->send_rtp = fixture->send_rtcp = TRUE;
    fixture->beat = g_timeout_add(BEAT_MS, on_beat, fixture);
}

void
fixture_tear_down(Fixture *fixture, gconstpointer data)
{
    g_source_remove(fixture->beat);
    cc_connection_free(fixture->connection);
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->rtp_before_negotiated, ==, 0);
    cc_config_free(fixture->config);
    g_string_free(fixture->history, TRUE);
    g_free(fixture->message);
    g_free(fixture->audience);
}

void
fixture_begin(Fixture *fixture, gboolean publish)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", fixture->relay->port);
    CcConnectionOptions options = {
        .relay_url = url,
        .room = "math",
        .publish = publish,
        .make_offer = fixture_make_offer,
        .config = fixture->config,
    };
    fixture->connection = cc_connection_new(&options, &fixture_callbacks, fixture, &error);
    g_assert_no_error(error);
    cc_connection_start(fixture->connection);
}
