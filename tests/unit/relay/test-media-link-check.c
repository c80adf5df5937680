/* The relay's answers to `classcast check`: to whom, how many, and what it takes to get more. */
#include "common/base/clock.h"
#include "common/wire/link-check.h"
#include "media-peer.h"
#include "relay/media/link-check.h"

static gsize
ask(Peer *peer, const char *key, guint32 number, guint64 cookie, guint answers)
{
    guint8 data[CC_LINK_CHECK_HEADER];
    CcLinkQuestion question = {
        .number = number, .cookie = cookie, .answers = (guint16)answers, .answer_size = 1000};
    cc_link_question_write(&question, key != NULL ? key : peer->setup->local_pwd, data,
                           sizeof data);
    peer_send_raw(peer, data, sizeof data);
    return sizeof data;
}

static gboolean
is_checked(gpointer user_data)
{
    return ((Peer *)user_data)->checked;
}

typedef struct {
    Peer *peer;
    guint count;
} Wanted;

static gboolean
has_answers(gpointer user_data)
{
    const Wanted *wanted = user_data;
    return wanted->peer->answers->len >= wanted->count;
}

/* The @index-th answer, and how long it is. */
static CcLinkAnswer
answer_of(Peer *peer, guint index, gsize *length)
{
    CcLinkAnswer answer;
    media_test_wait(peer->test, has_answers, &(Wanted){peer, index + 1});
    const guint8 *data = g_bytes_get_data(peer->answers->pdata[index], length);
    g_assert_true(cc_link_answer_read(&answer, peer->setup->local_pwd, data, *length));
    return answer;
}

static Peer *
checked_peer(MediaTest *test, gboolean tcp)
{
    Peer *peer = peer_new(test, CC_DIRECTION_WATCH, tcp);
    peer_send_check(peer, NULL, NULL);
    media_test_wait(test, is_checked, peer);
    return peer;
}

static void
test_answers(gconstpointer tcp)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *peer = checked_peer(&test, GPOINTER_TO_INT(tcp));
    gsize length;
    /* Who has not shown the cookie gets no more than it sent. */
    gsize asked = ask(peer, NULL, 5, 0, 10);
    CcLinkAnswer first = answer_of(peer, 0, &length);
    g_assert_cmpuint(length, <=, asked);
    g_assert_cmpuint(first.number, ==, 5);
    g_assert_cmpuint(first.received, ==, 1);
    g_assert_cmpuint(first.status, ==, CC_LINK_CHECK_NEW_ADDRESS);
    ask(peer, NULL, 6, first.cookie, 10);
    CcLinkAnswer last = answer_of(peer, 10, &length);
    g_assert_cmpuint(length, ==, 1000);
    g_assert_cmpuint(last.number, ==, 6);
    g_assert_cmpuint(last.index, ==, 9);
    g_assert_cmpuint(last.received, ==, 2);
    g_assert_cmpuint(last.answered, ==, 11);
    g_assert_cmpuint(last.status, ==, CC_LINK_CHECK_GRANTED);
    g_assert_cmpuint(peer->answers->len, ==, 11);
    media_test_clear(&test);
}

/* The cookie went to another address: nobody can send answers to where they are not wanted. */
static void
test_another_address(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *peer = checked_peer(&test, FALSE);
    gsize length;
    ask(peer, NULL, 0, 0, 10);
    CcLinkAnswer first = answer_of(peer, 0, &length);
    peer_rebind(peer);
    peer->checked = FALSE;
    peer_send_check(peer, NULL, NULL);
    media_test_wait(&test, is_checked, peer);
    ask(peer, NULL, 1, first.cookie, 10);
    CcLinkAnswer second = answer_of(peer, 1, &length);
    g_assert_cmpuint(length, ==, CC_LINK_CHECK_HEADER);
    g_assert_cmpuint(second.status, ==, CC_LINK_CHECK_NEW_ADDRESS);
    g_assert_cmphex(second.cookie, !=, first.cookie);
    media_test_clear(&test);
}

static void
test_refused(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *stranger = peer_new(&test, CC_DIRECTION_WATCH, FALSE);
    ask(stranger, NULL, 0, 0, 1); /* before any check of the address */
    media_test_wait_drop(&test, CC_DROP_UNKNOWN_PEER, 1);
    Peer *peer = checked_peer(&test, FALSE);
    ask(peer, "a wrong key", 0, 0, 1);
    media_test_wait_drop(&test, CC_DROP_LINK_CHECK_REFUSED, 1);
    peer_send_raw(peer, "\x0c", 1);
    media_test_wait_drop(&test, CC_DROP_LINK_CHECK_REFUSED, 2);
    /* In a lesson there are better ways, and a publisher has no business here. */
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    ask(watcher, NULL, 0, 0, 1);
    media_test_wait_drop(&test, CC_DROP_LINK_CHECK_REFUSED, 3);
    Peer *teacher = peer_new(&test, CC_DIRECTION_PUBLISH, FALSE);
    peer_send_check(teacher, NULL, NULL);
    media_test_wait(&test, is_checked, teacher);
    ask(teacher, NULL, 0, 0, 1);
    media_test_wait_drop(&test, CC_DROP_LINK_CHECK_REFUSED, 4);
    g_assert_cmpuint(stranger->answers->len + peer->answers->len + watcher->answers->len +
                         teacher->answers->len,
                     ==, 0);
    media_test_clear(&test);
}

static CcLinkCheckStatus
grant(CcLinkCheck *check, CcLinkAllowance *all, gboolean busy, gint64 now_us)
{
    static const CcLinkQuestion question = {.answers = 32, .answer_size = 1200};
    CcLinkCheckStatus status;
    guint n = cc_link_check_grant(check, all, &question, TRUE, busy, now_us, &status);
    g_assert_cmpuint(n, ==, status == CC_LINK_CHECK_GRANTED ? 32 : 1);
    return status;
}

/* However fast somebody asks, and however many do. */
static void
test_bounds(void)
{
    CcLinkAllowance all = {0};
    CcLinkCheck one = {0};
    guint64 granted = 0;
    gint64 now_us = 1000000, end_us = now_us + 2 * G_USEC_PER_SEC;
    for (; now_us < end_us; now_us += 1000)
        granted += grant(&one, &all, FALSE, now_us) == CC_LINK_CHECK_GRANTED ? 32 * 1200 : 0;
    g_assert_cmpuint(granted, <=, CC_LINK_CHECK_SESSION_BPS / 8 * 22 / 10);
    g_assert_cmpuint(granted, >, CC_LINK_CHECK_SESSION_BPS / 8);
    for (; now_us < end_us + 60 * G_USEC_PER_SEC; now_us += 10000)
        granted += grant(&one, &all, FALSE, now_us) == CC_LINK_CHECK_GRANTED ? 32 * 1200 : 0;
    g_assert_cmpuint(granted, <=, CC_LINK_CHECK_SESSION_BYTES);
    g_assert_cmpuint(grant(&one, &all, FALSE, now_us), ==, CC_LINK_CHECK_SPENT);

    CcLinkCheck many[50] = {{0}};
    granted = 0;
    for (end_us = now_us + G_USEC_PER_SEC; now_us < end_us; now_us += 1000)
        for (guint i = 0; i < G_N_ELEMENTS(many); i++)
            granted +=
                grant(&many[i], &all, FALSE, now_us) == CC_LINK_CHECK_GRANTED ? 32 * 1200 : 0;
    g_assert_cmpuint(granted, <=, CC_LINK_CHECK_WORKER_BPS / 8 * 12 / 10);

    CcLinkCheck next = {0};
    now_us += G_USEC_PER_SEC;
    g_assert_cmpuint(grant(&next, &all, TRUE, now_us), ==, CC_LINK_CHECK_BUSY);
    g_assert_cmpuint(grant(&next, &all, FALSE, now_us), ==, CC_LINK_CHECK_GRANTED);
    now_us += CC_LINK_CHECK_SESSION_US + 1;
    g_assert_cmpuint(grant(&next, &all, FALSE, now_us), ==, CC_LINK_CHECK_SPENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/media/link-check/udp", GINT_TO_POINTER(FALSE), test_answers);
    g_test_add_data_func("/media/link-check/tcp", GINT_TO_POINTER(TRUE), test_answers);
    g_test_add_func("/media/link-check/another-address", test_another_address);
    g_test_add_func("/media/link-check/refused", test_refused);
    g_test_add_func("/media/link-check/bounds", test_bounds);
    return g_test_run();
}
