/* Whatever arrives, it is counted by its reason, and the lesson beside it goes on. */
#include "media-peer.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/wire/bytes.h"
#include "relay/media/tcp-port.h"

typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    guint16 sequence;
    guint heard; /* packets that the watcher must have by now */
} Lesson;

static void
lesson_go_on(Lesson *lesson)
{
    send_audio(lesson->teacher, PUBLISHER_AUDIO, lesson->sequence++);
    wait_count(lesson->watcher, CC_MEDIA_AUDIO, ++lesson->heard);
    g_assert_cmpuint(lesson->watcher->n_bad, ==, 0);
}

static void
lesson_begin(Lesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
    lesson_go_on(lesson);
}

static void
lesson_end(Lesson *lesson)
{
    lesson_go_on(lesson);
    media_test_clear(&lesson->test);
}

static void
test_stun(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    Peer *stranger = peer_new(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    peer_send_check(stranger, NULL, "not-the-password-of-this-one");
    media_test_wait_drop(&lesson.test, CC_DROP_STUN_BAD_INTEGRITY, 1);
    peer_send_check(stranger, "nobody", NULL);
    media_test_wait_drop(&lesson.test, CC_DROP_STUN_UNKNOWN_UFRAG, 1);
    guint8 header[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
    peer_send_raw(stranger, header, 19);
    peer_send_raw(stranger, "\0\1", 2);
    media_test_wait_drop(&lesson.test, CC_DROP_STUN_MALFORMED, 2);
    peer_send_raw(stranger, header, 20);
    media_test_wait_drop(&lesson.test, CC_DROP_STUN_UNEXPECTED, 1);
    g_assert_false(stranger->checked); /* none of them was worth an answer */
    lesson_end(&lesson);
}

/* A participant cannot take the address of another one who is alive. */
static void
test_stolen_address(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    Peer *thief = peer_new(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    int own = thief->fd;
    thief->fd = lesson.watcher->fd;
    peer_send_check(thief, NULL, NULL);
    thief->fd = own;
    media_test_wait_drop(&lesson.test, CC_DROP_STUN_UNEXPECTED, 1);
    lesson_end(&lesson);
}

static void
test_strangers(void)
{
    Lesson lesson;
    guint8 noise[1400];
    lesson_begin(&lesson);
    Peer *stranger = peer_new(&lesson.test, CC_DIRECTION_PUBLISH, FALSE);
    memset(noise, 0x80, sizeof noise);
    peer_send_raw(stranger, noise, sizeof noise);
    noise[0] = 22;
    peer_send_raw(stranger, noise, sizeof noise);
    media_test_wait_drop(&lesson.test, CC_DROP_UNKNOWN_PEER, 2);
    noise[0] = 'G';
    peer_send_raw(stranger, noise, sizeof noise);
    peer_send_raw(stranger, noise, 0);
    media_test_wait_drop(&lesson.test, CC_DROP_UNKNOWN_FIRST_BYTE, 2);
    lesson_end(&lesson);
}

static gboolean
is_checked(gpointer peer)
{
    return ((Peer *)peer)->checked;
}

static void
test_before_keys(void)
{
    Lesson lesson;
    guint8 noise[200] = {0x80, 96};
    lesson_begin(&lesson);
    Peer *early = peer_new(&lesson.test, CC_DIRECTION_PUBLISH, FALSE);
    peer_send_check(early, NULL, NULL);
    media_test_wait(&lesson.test, is_checked, early);
    peer_send_raw(early, noise, sizeof noise);
    noise[1] = CC_RTCP_RR;
    peer_send_raw(early, noise, sizeof noise);
    media_test_wait_drop(&lesson.test, CC_DROP_SRTP_NOT_READY, 2);
    noise[0] = 22;
    peer_send_raw(early, noise, sizeof noise);
    media_test_wait_drop(&lesson.test, CC_DROP_DTLS_MALFORMED, 1);
    peer_connect(early); /* it can still connect after all that */
    lesson_end(&lesson);
}

static void
test_wrong_fingerprint(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    lesson.test.stranger = cc_dtls_identity_new(NULL, NULL);
    Peer *stranger = peer_new(&lesson.test, CC_DIRECTION_PUBLISH, FALSE);
    peer_send_check(stranger, NULL, NULL);
    media_test_wait(&lesson.test, is_checked, stranger);
    cc_dtls_start(stranger->dtls);
    media_test_wait_event(&lesson.test, "ended s3 dtls-failed");
    g_assert_cmpuint(media_test_stats(&lesson.test)->drops[CC_DROP_DTLS_FINGERPRINT], ==, 1);
    g_assert_null(media_test_session(&lesson.test, stranger));
    lesson_end(&lesson);
    cc_dtls_identity_free(lesson.test.stranger);
}

/* Every bit of a packet flipped in turn, the packet cut at every length, and sent twice. */
static void
test_srtp(void)
{
    Lesson lesson;
    guint8 payload[20] = {0}, packet[1600];
    lesson_begin(&lesson);
    RtpToSend rtp = {.payload_type = AUDIO_PT,
                     .sequence = lesson.sequence++,
                     .ssrc = PUBLISHER_AUDIO,
                     .payload = payload,
                     .payload_length = sizeof payload};
    gsize length = peer_protect_rtp(lesson.teacher, &rtp, packet);
    for (gsize bit = 0; bit < length * 8; bit++) {
        packet[bit / 8] ^= (guint8)(1 << bit % 8);
        peer_send_raw(lesson.teacher, packet, length);
        packet[bit / 8] ^= (guint8)(1 << bit % 8);
        if (bit % 64 == 0)
            media_test_stats(&lesson.test); /* leave the socket's buffer some room */
    }
    for (gsize cut = 1; cut < length; cut++)
        peer_send_raw(lesson.teacher, packet, cut);
    const guint64 *drops = media_test_stats(&lesson.test)->drops;
    guint64 sum = 0;
    for (guint i = 0; i < CC_N_DROPS; i++)
        sum += drops[i];
    g_assert_cmpuint(sum, ==, length * 8 + length - 1); /* not one of them was believed */
    g_assert_cmpuint(drops[CC_DROP_SRTP_AUTHENTICATION], >, length * 6);
    guint64 replayed = drops[CC_DROP_SRTP_REPLAY]; /* a bit of the sequence number may look so */
    peer_send_raw(lesson.teacher, packet, length);
    lesson.heard++;
    peer_send_raw(lesson.teacher, packet, length);
    media_test_wait_drop(&lesson.test, CC_DROP_SRTP_REPLAY, replayed + 1);
    lesson_end(&lesson);
}

static void
send_bytes_as_rtcp(Peer *peer, const guint8 *data, gsize length)
{
    guint8 buffer[1600];
    CcRtcpBuilder builder;
    memcpy(buffer, data, length);
    cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
    builder.length = length;
    peer_send_rtcp(peer, &builder);
}

static void
test_rtcp(void)
{
    Lesson lesson;
    guint8 data[1400] = {0x81, CC_RTCP_RR, 0, 7, 0, 0, 0, 1}; /* says one block; is cut short */
    lesson_begin(&lesson);
    send_bytes_as_rtcp(lesson.watcher, data, 28);
    data[3] = 6; /* fits, but the block does not */
    send_bytes_as_rtcp(lesson.watcher, data, 28);
    data[0] = 0xa0; /* padding beyond the packet */
    data[27] = 200;
    send_bytes_as_rtcp(lesson.watcher, data, 28);
    media_test_wait_drop(&lesson.test, CC_DROP_RTCP_MALFORMED, 3);

    for (guint i = 0; i < 100; i++) /* a hundred empty receiver reports in one packet */
        memcpy(data + i * 8, "\x80\xc9\0\1\0\0\0\1", 8);
    send_bytes_as_rtcp(lesson.watcher, data, 800);
    media_test_wait_drop(&lesson.test, CC_DROP_RTCP_ABSURD, 1);

    guint32 ssrc = peer_slot(lesson.watcher, CC_MEDIA_AUDIO)->ssrc;
    guint8 nack[12 + 4 * 100] = {0x81, CC_RTCP_RTPFB, 0, 102};
    cc_write_u32(nack + 8, ssrc);
    for (guint i = 0; i < 100; i++) { /* 1700 packets at once */
        cc_write_u16(nack + 12 + i * 4, (guint16)(i * 17));
        cc_write_u16(nack + 14 + i * 4, 0xffff);
    }
    send_bytes_as_rtcp(lesson.watcher, nack, sizeof nack);
    media_test_wait_drop(&lesson.test, CC_DROP_RTCP_ABSURD, 2);
    lesson_end(&lesson);
}

/* Well-formed and authentic, but not what was agreed on. */
static void
test_not_negotiated(void)
{
    Lesson lesson;
    guint8 payload[20] = {0};
    lesson_begin(&lesson);
    RtpToSend rtp = {.payload_type = 77,
                     .ssrc = 99,
                     .sequence = 1,
                     .payload = payload,
                     .payload_length = sizeof payload};
    peer_send_rtp(lesson.teacher, &rtp);
    rtp.payload_type = VIDEO_PT;
    rtp.mid = "7"; /* no such m-line: the payload type decides */
    peer_send_rtp(lesson.teacher, &rtp);
    rtp.mid = "0"; /* an m-line that has not this payload type */
    rtp.ssrc = 100;
    peer_send_rtp(lesson.teacher, &rtp);
    media_test_wait_drop(&lesson.test, CC_DROP_RTP_UNKNOWN_STREAM, 2);
    rtp.payload_type = AUDIO_PT;
    peer_send_rtp(lesson.watcher, &rtp);
    media_test_wait_drop(&lesson.test, CC_DROP_RTP_NOT_ALLOWED, 1);
    lesson_end(&lesson);
}

static gboolean
is_closed(gpointer user_data)
{
    char byte;
    return recv(((Peer *)user_data)->fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
test_tcp_frames(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    Peer *stranger = peer_new(&lesson.test, CC_DIRECTION_WATCH, TRUE);
    stranger->deaf = TRUE;
    g_assert_cmpint(send(stranger->fd, "GET / HTTP/1.1\r\n\r\n", 18, 0), ==, 18);
    media_test_wait(&lesson.test, is_closed, stranger);
    media_test_wait_drop(&lesson.test, CC_DROP_FRAME_TOO_LARGE, 1);
    lesson_end(&lesson);
}

/* Connections that never show a valid check are few; whoever has one keeps it. */
static void
test_tcp_crowd(void)
{
    Lesson lesson;
    int crowd[CC_TCP_MAX_UNVALIDATED + 20];
    lesson_begin(&lesson);
    Peer *honest = peer_connected(&lesson.test, CC_DIRECTION_WATCH, TRUE);
    struct sockaddr_storage relay;
    socklen_t length = sizeof relay;
    g_assert_cmpint(getpeername(honest->fd, (struct sockaddr *)&relay, &length), ==, 0);
    guint refused = 0;
    for (guint i = 0; i < G_N_ELEMENTS(crowd); i++) {
        crowd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(connect(crowd[i], (struct sockaddr *)&relay, length), ==, 0);
        media_test_stats(&lesson.test); /* a turn of the worker accepts some */
    }
    Peer last = {.fd = crowd[G_N_ELEMENTS(crowd) - 1]};
    media_test_wait(&lesson.test, is_closed, &last);
    for (guint i = 0; i < G_N_ELEMENTS(crowd); i++) {
        last.fd = crowd[i];
        refused += is_closed(&last) ? 1 : 0;
        close(crowd[i]);
    }
    g_assert_cmpuint(refused, ==, 20);
    lesson_go_on(&lesson);
    wait_count(honest, CC_MEDIA_AUDIO, 1);
    lesson_end(&lesson);
}

/* One who connects by TCP and reads nothing loses packets; nobody else does. */
static void
test_tcp_does_not_read(void)
{
    Lesson lesson;
    guint8 payload[1100] = {0};
    lesson_begin(&lesson);
    Peer *sleeper = peer_connected(&lesson.test, CC_DIRECTION_WATCH, TRUE);
    int small = 4096;
    setsockopt(sleeper->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sleeper->deaf = TRUE;
    for (guint i = 0; i < 5000; i++) {
        peer_send_rtp(lesson.teacher, &(RtpToSend){.payload_type = AUDIO_PT,
                                                   .sequence = lesson.sequence++,
                                                   .ssrc = PUBLISHER_AUDIO,
                                                   .payload = payload,
                                                   .payload_length = sizeof payload});
        lesson.heard++;
        if (i % 20 == 19) {
            wait_count(lesson.watcher, CC_MEDIA_AUDIO, lesson.heard);
            if (media_test_stats(&lesson.test)->drops[CC_DROP_SOCKET_FULL] > 0)
                break;
        }
    }
    g_assert_cmpuint(lesson.test.stats->drops[CC_DROP_SOCKET_FULL], >, 0);
    lesson_end(&lesson);
}

/* A pool that is smaller than the histories: they are shortened, the lesson goes on. */
static void
test_small_pool(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.max_packets = 8;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    for (guint16 i = 0; i < 50; i++)
        send_audio(teacher, PUBLISHER_AUDIO, i);
    wait_count(watcher, CC_MEDIA_AUDIO, 50);
    g_assert_cmpuint(media_test_stats(&test)->packets_in_use, <=, 8 * test.n_workers);
    media_test_clear(&test);
}

static gboolean
has_no_address(gpointer watcher)
{
    return media_test_session(((Peer *)watcher)->test, watcher)->protocol == NULL;
}

/* A teacher's numbers leap all the way round while a receiver has no address: it must not be led
 * back to numbers under which it has had other packets. */
static void
test_leaps_out_of_sight(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.history_ms = 1;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, TRUE);
    guint32 ssrc = peer_slot(watcher, CC_MEDIA_AUDIO)->ssrc;
    for (guint16 i = 1; i <= 3; i++)
        send_audio(teacher, PUBLISHER_AUDIO, i);
    wait_count(watcher, CC_MEDIA_AUDIO, 3);
    peer_rebind(watcher);
    media_test_wait(&test, has_no_address, watcher);
    send_audio(teacher, PUBLISHER_AUDIO, 32700);
    send_audio(teacher, PUBLISHER_AUDIO, 65400);
    media_test_stats(&test);
    peer_send_check(watcher, NULL, NULL);
    media_test_wait(&test, is_checked, watcher);
    send_audio(teacher, PUBLISHER_AUDIO, 2);
    wait_count(watcher, CC_MEDIA_AUDIO, 4);
    gint16 step = (gint16)(peer_packet(watcher, ssrc, 3)->rtp.sequence -
                           peer_packet(watcher, ssrc, 2)->rtp.sequence);
    g_assert_cmpint(step, >, 0);
    g_assert_cmpuint(watcher->n_bad, ==, 0);
    media_test_clear(&test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-hostile/stun", test_stun);
    g_test_add_func("/media-hostile/stolen-address", test_stolen_address);
    g_test_add_func("/media-hostile/strangers", test_strangers);
    g_test_add_func("/media-hostile/before-keys", test_before_keys);
    g_test_add_func("/media-hostile/wrong-fingerprint", test_wrong_fingerprint);
    g_test_add_func("/media-hostile/srtp", test_srtp);
    g_test_add_func("/media-hostile/rtcp", test_rtcp);
    g_test_add_func("/media-hostile/not-negotiated", test_not_negotiated);
    g_test_add_func("/media-hostile/tcp-frames", test_tcp_frames);
    g_test_add_func("/media-hostile/tcp-crowd", test_tcp_crowd);
    g_test_add_func("/media-hostile/tcp-does-not-read", test_tcp_does_not_read);
    g_test_add_func("/media-hostile/small-pool", test_small_pool);
    g_test_add_func("/media-hostile/leaps-out-of-sight", test_leaps_out_of_sight);
    return g_test_run();
}
