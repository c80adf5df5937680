/* The stage as the packets see it: who is on it is seen and heard by everybody but itself, whoever
 * is not by nobody. */
#include "media-peer.h"

#define GUEST_OWNER 7
#define SECOND_OWNER 8

typedef struct {
    MediaTest test;
    Peer *teacher, *guest, *watcher, *own; /* own: the guest's classroom, watching */
    guint16 sequence, guest_sequence;
} Stage;

static Peer *
come(Stage *stage, CcSessionDirection direction, guint64 owner, gboolean guest)
{
    stage->test.owner = owner;
    stage->test.guest = guest;
    return peer_connected(&stage->test, direction, FALSE);
}

static void
begin(Stage *stage)
{
    *stage = (Stage){.sequence = 100, .guest_sequence = 500};
    media_test_init(&stage->test);
    media_test_start(&stage->test);
    stage->teacher = come(stage, CC_DIRECTION_PUBLISH, 1, FALSE);
    stage->guest = come(stage, CC_DIRECTION_PUBLISH, GUEST_OWNER, TRUE);
    stage->test.watched_stage = TRUE;
    stage->watcher = come(stage, CC_DIRECTION_WATCH, 2, FALSE);
    stage->own = come(stage, CC_DIRECTION_WATCH, GUEST_OWNER, FALSE);
}

/* Both say and show something; everything has arrived where it is to go afterwards. */
static void
talk(Stage *stage, gboolean keyframe)
{
    stage->sequence++;
    stage->guest_sequence++;
    send_video(stage->teacher, PUBLISHER_VIDEO, stage->sequence, stage->sequence * 3600u, keyframe);
    send_audio(stage->teacher, PUBLISHER_AUDIO, stage->sequence);
    send_video(stage->guest, GUEST_VIDEO, stage->guest_sequence, stage->guest_sequence * 3600u,
               keyframe);
    send_audio(stage->guest, GUEST_AUDIO, stage->guest_sequence);
    media_test_stats(&stage->test);
    for (guint i = 0; i < 10; i++) /* through the ring, to the sockets */
        media_test_turn(&stage->test, 2);
}

static void
set_places(Stage *stage, const CcStagePlaces *places)
{
    cc_worker_set_stage(stage->test.worker, "math", places);
    media_test_stats(&stage->test);
}

static guint
count(const Peer *peer, CcMediaKind kind, guint index)
{
    return peer_count(peer, peer_nth_slot(peer, kind, index)->ssrc);
}

typedef struct {
    Stage *stage;
    const Peer *peer;
    CcMediaKind kind;
    guint index, more_than;
} Wait;

static gboolean
has_more(gpointer user_data)
{
    Wait *wait = user_data;
    if (count(wait->peer, wait->kind, wait->index) > wait->more_than)
        return TRUE;
    talk(wait->stage, TRUE);
    return FALSE;
}

/* Until the nth slot of that kind has something new. */
static void
talk_until(Stage *stage, const Peer *peer, CcMediaKind kind, guint index)
{
    Wait wait = {stage, peer, kind, index, count(peer, kind, index)};
    media_test_wait(&stage->test, has_more, &wait);
}

static void
test_call(void)
{
    Stage stage;
    begin(&stage);
    CcStagePlaces places = {.guests = {stage.guest->setup->id, NULL}};
    CcStagePlaces nobody = {0};

    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_CAMERA);
    talk_until(&stage, stage.own, CC_MEDIA_VIDEO, CC_VIDEO_CAMERA);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS), ==, 0);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS), ==, 0);
    g_assert_cmpuint(media_test_stats(&stage.test)->drops[CC_DROP_RTP_NOT_ALLOWED], >, 0);

    set_places(&stage, &places);
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS);
    talk_until(&stage, stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS);
    talk_until(&stage, stage.own, CC_MEDIA_AUDIO, CC_AUDIO_TEACHER);

    /* Seen, but not heard. */
    places.muted[0] = TRUE;
    set_places(&stage, &places);
    guint heard = count(stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS);
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS), <=, heard + 1);

    /* Thanked, and called again: the stream goes on from where it was. */
    set_places(&stage, &nobody);
    guint seen = count(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS);
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_CAMERA);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS), ==, seen);
    places.muted[0] = FALSE;
    set_places(&stage, &places);
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS);
    guint32 ssrc = peer_nth_slot(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS)->ssrc;
    const CcRtpHeader *before = &peer_packet(stage.watcher, ssrc, seen - 1)->rtp;
    const CcRtpHeader *after = &peer_packet(stage.watcher, ssrc, seen)->rtp;
    g_assert_cmpuint((guint16)(after->sequence - before->sequence), ==, 1);
    g_assert_cmpint((gint32)(after->timestamp - before->timestamp), >, 0);

    /* Nothing of itself, in all that time. */
    g_assert_cmpuint(count(stage.own, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS), ==, 0);
    g_assert_cmpuint(count(stage.own, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS), ==, 0);
    media_test_clear(&stage.test);
}

/* A guest may be told to be there before it is, and come again as another session. */
static void
test_come_again(void)
{
    Stage stage;
    begin(&stage);
    CcStagePlaces places = {.guests = {NULL, (char *)"s5"}};

    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_CAMERA);
    set_places(&stage, &places);
    cc_worker_remove_session(stage.test.worker, stage.guest->setup->id);
    stage.guest = come(&stage, CC_DIRECTION_PUBLISH, GUEST_OWNER, TRUE);
    g_assert_cmpstr(stage.guest->setup->id, ==, "s5");
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS + 1);
    talk_until(&stage, stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS + 1);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS), ==, 0);
    media_test_clear(&stage.test);
}

/* From the grid to the stage, where it is heard too. */
static void
test_grid(void)
{
    Stage stage;
    begin(&stage);
    CcStagePlaces grid = {.grid = {NULL, stage.guest->setup->id}};
    CcStagePlaces places = {.guests = {stage.guest->setup->id}};

    set_places(&stage, &grid);
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GRID + 1);
    talk_until(&stage, stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_TEACHER);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS), ==, 0);
    set_places(&stage, &places);
    guint small = count(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GRID + 1);
    talk_until(&stage, stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS);
    talk_until(&stage, stage.watcher, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS);
    g_assert_cmpuint(count(stage.watcher, CC_MEDIA_VIDEO, CC_VIDEO_GRID + 1), ==, small);
    media_test_clear(&stage.test);
}

/* Who has one place for a picture gets the guest's in the teacher's place, in one stream. */
static void
test_programme(void)
{
    Stage stage;
    begin(&stage);
    stage.test.watched_stage = FALSE;
    Peer *plain = come(&stage, CC_DIRECTION_WATCH, 0, FALSE);
    CcStagePlaces places = {.guests = {stage.guest->setup->id}};
    guint32 ssrc = peer_slot(plain, CC_MEDIA_VIDEO)->ssrc;

    talk_until(&stage, plain, CC_MEDIA_VIDEO, 0);
    guint n = peer_count(plain, ssrc);
    g_assert_cmpuint(video_payload_id(&peer_packet(plain, ssrc, n - 1)->rtp), ==, stage.sequence);
    set_places(&stage, &places);
    while (n == 0 ||
           video_payload_id(&peer_packet(plain, ssrc, n - 1)->rtp) != stage.guest_sequence) {
        talk_until(&stage, plain, CC_MEDIA_VIDEO, 0);
        n = peer_count(plain, ssrc);
    }
    for (guint i = 1; i < n; i++) {
        guint16 step = peer_packet(plain, ssrc, i)->rtp.sequence -
                       peer_packet(plain, ssrc, i - 1)->rtp.sequence;
        g_assert_cmpuint(step, ==, 1);
    }
    places.guests[0] = NULL;
    set_places(&stage, &places);
    do {
        talk_until(&stage, plain, CC_MEDIA_VIDEO, 0);
        n = peer_count(plain, ssrc);
    } while (video_payload_id(&peer_packet(plain, ssrc, n - 1)->rtp) != stage.sequence);
    media_test_clear(&stage.test);
}

/* (bits a second) what @ssrc was last told; G_MAXUINT64: nothing. */
static guint64
told(const Peer *peer, guint32 ssrc)
{
    guint64 bps = G_MAXUINT64;
    for (guint i = 0; i < peer->rtcp->len; i++) {
        const Received *received = peer->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            CcRtcpTmmbr entry;
            if (packet.type != CC_RTCP_RTPFB || packet.count != CC_RTPFB_TMMBR)
                continue;
            for (guint k = 0; cc_rtcp_read_tmmbr(&packet, k, &entry); k++)
                if (entry.ssrc == ssrc)
                    bps = entry.bitrate_bps;
        }
    }
    return bps;
}

typedef struct {
    const Peer *guest;
    gboolean wanted;
} Wish;

static gboolean
is_told(gpointer user_data)
{
    const Wish *wish = user_data;
    guint64 bps = told(wish->guest, GUEST_VIDEO);
    return bps != G_MAXUINT64 && (bps > 0) == wish->wanted;
}

/* A camera that nobody sees need not run: the guest is told so, and when it is to begin. */
static void
test_wishes(void)
{
    Stage stage;
    begin(&stage);
    CcStagePlaces places = {.guests = {stage.guest->setup->id}};
    CcStagePlaces nobody = {0};

    media_test_wait(&stage.test, is_told, &(Wish){stage.guest, FALSE});
    set_places(&stage, &places);
    media_test_wait(&stage.test, is_told, &(Wish){stage.guest, TRUE});
    set_places(&stage, &nobody);
    media_test_wait(&stage.test, is_told, &(Wish){stage.guest, FALSE});
    media_test_clear(&stage.test);
}

static gboolean
was_wanted(const Peer *guest)
{
    for (guint i = 0; i < guest->rtcp->len; i++) {
        const Received *received = guest->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            CcRtcpTmmbr entry;
            if (packet.type != CC_RTCP_RTPFB || packet.count != CC_RTPFB_TMMBR)
                continue;
            for (guint k = 0; cc_rtcp_read_tmmbr(&packet, k, &entry); k++)
                if (entry.ssrc == GUEST_VIDEO && entry.bitrate_bps > 0)
                    return TRUE;
        }
    }
    return FALSE;
}

/* Nor is it to begin for a moment where it has a place and nobody looks there. */
static void
test_place_without_watchers(void)
{
    Stage stage = {.sequence = 100, .guest_sequence = 500};
    CcStagePlaces places = {.grid = {(char *)"s2"}};
    media_test_init(&stage.test);
    media_test_start(&stage.test);
    stage.teacher = come(&stage, CC_DIRECTION_PUBLISH, 1, FALSE);
    set_places(&stage, &places);
    stage.guest = come(&stage, CC_DIRECTION_PUBLISH, GUEST_OWNER, TRUE);
    g_assert_cmpstr(stage.guest->setup->id, ==, "s2");
    media_test_wait(&stage.test, is_told, &(Wish){stage.guest, FALSE});
    g_assert_false(was_wanted(stage.guest));
    stage.test.watched_stage = TRUE;
    stage.watcher = come(&stage, CC_DIRECTION_WATCH, 2, FALSE);
    media_test_wait(&stage.test, is_told, &(Wish){stage.guest, TRUE});
    media_test_clear(&stage.test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-stage/call", test_call);
    g_test_add_func("/media-stage/come-again", test_come_again);
    g_test_add_func("/media-stage/grid", test_grid);
    g_test_add_func("/media-stage/programme", test_programme);
    g_test_add_func("/media-stage/wishes", test_wishes);
    g_test_add_func("/media-stage/place-without-watchers", test_place_without_watchers);
    return g_test_run();
}
