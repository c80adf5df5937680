/* Who was there in the last hour, and what became of them. */
#include "relay/health/health-book.h"

static const CcLinkValues good = {.contact = CC_CONTACT_UP,
                                  .picture = CC_PICTURE_WHOLE,
                                  .voice = TRUE,
                                  .bps = 400000,
                                  .rtt_ms = 50,
                                  .height = 720};

static CcHealthWho
school(const char *id, const char *name)
{
    return (CcHealthWho){.room = "math", .id = id, .role = "classroom", .name = name};
}

static void
see(CcHealthBook *book, guint32 tick, const char *id, const char *name, const CcLinkValues *values)
{
    CcHealthWho who = school(id, name);
    g_assert_true(cc_health_book_see_link(book, tick, &who, values));
}

/* A tick with a lesson and nobody, or one school. */
static void
pass(CcHealthBook *book, guint32 tick, const char *id, const char *name, const CcLinkValues *values)
{
    cc_health_book_see_room(book, tick, "math", 1, TRUE);
    if (id != NULL)
        see(book, tick, id, name, values);
    cc_health_book_close(book, tick);
}

/* The line about the only one, or the @index-th by number. */
static const CcHealthLink *
link_at(CcHealthBook *book, guint number)
{
    const CcHealthLink *link = cc_health_book_link(book, number);
    g_assert_nonnull(link);
    return link;
}

static void
test_outage(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues lost = {.contact = CC_CONTACT_LOST, .rtt_ms = -1};

    for (guint32 tick = 1; tick <= 5; tick++)
        pass(book, tick, "p2", "Huli", &good);
    g_assert_cmpint(link_at(book, 1)->judgement.word, ==, CC_HEALTH_GOOD);
    pass(book, 6, "p2", "Huli", &lost);
    g_assert_cmpint(link_at(book, 1)->judgement.word, ==, CC_HEALTH_BAD);
    g_assert_cmphex(link_at(book, 1)->judgement.findings, ==, 1u << CC_FINDING_UNREACHABLE);
    pass(book, 7, "p2", "Huli", &lost); /* the same outage */
    for (guint32 tick = 8; tick <= 10; tick++)
        pass(book, tick, "p2", "Huli", &good);
    g_assert_cmpint(link_at(book, 1)->judgement.word, ==, CC_HEALTH_GOOD);
    g_assert_cmpuint(link_at(book, 1)->n_outages, ==, 1);
    /* An hour later nobody speaks of it. */
    for (guint32 tick = 11; tick <= 6 + CC_HEALTH_TICKS; tick++)
        pass(book, tick, "p2", "Huli", &good);
    g_assert_cmpuint(link_at(book, 1)->n_outages, ==, 0);
}

/* The PC was switched off and on: for people it is the same school. */
static void
test_comes_again(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();

    pass(book, 1, "c01", "Huli", &good);
    pass(book, 2, NULL, NULL, NULL);
    g_assert_cmphex(link_at(book, 1)->judgement.findings, ==, 1u << CC_FINDING_UNREACHABLE);
    g_assert_cmpuint(link_at(book, 1)->n_outages, ==, 1);
    for (guint32 tick = 3; tick <= 5; tick++)
        pass(book, tick, "c02", "Huli", &good);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 1);
    g_assert_cmpstr(link_at(book, 1)->id, ==, "c02");
    g_assert_null(cc_series_get(link_at(book, 1)->samples, 2)); /* the gap is to be seen */
    g_assert_nonnull(cc_series_get(link_at(book, 1)->samples, 1));
    /* Before it was missed: the one that does not answer is the same school too. */
    cc_health_book_see_room(book, 6, "math", 1, TRUE);
    see(book, 6, "c02", "Huli", &good);
    see(book, 6, "c03", "Huli", &good);
    cc_health_book_close(book, 6);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 2);
    pass(book, 7, "c03", "Huli", &good);
    g_assert_cmpint(link_at(book, 1)->judgement.word, ==, CC_HEALTH_LEFT);
}

/* Nobody's history is told as somebody else's. */
static void
test_strangers(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcHealthWho teacher = {
        .room = "math", .id = "p1", .role = "teacher", .name = "Huli", .sends = TRUE};

    pass(book, 1, "p1", "Huli", &good);
    pass(book, 2, NULL, NULL, NULL);
    pass(book, 3, "p1", "Longquan", &good); /* the number was given again */
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 2);
    cc_health_book_see_room(book, 4, "math", 1, TRUE);
    g_assert_true(cc_health_book_see_link(book, 4, &teacher, &good));
    cc_health_book_close(book, 4);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 3);
    /* Who has no name is known by nothing but its id. */
    pass(book, 5, "p7", "", &good);
    pass(book, 6, NULL, NULL, NULL);
    pass(book, 7, "p8", "", &good);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 5);
    /* A new name while it is there is a new name, no more. */
    pass(book, 8, "p8", "Dongxiang", &good);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 5);
    g_assert_cmpstr(link_at(book, 5)->name, ==, "Dongxiang");
}

static void
test_leave(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();

    pass(book, 1, "p2", "Huli", &good);
    cc_health_book_leave(book, "math", "p2", FALSE);
    cc_health_book_leave(book, "math", "p9", FALSE);
    pass(book, 2, NULL, NULL, NULL);
    g_assert_cmpint(link_at(book, 1)->judgement.word, ==, CC_HEALTH_LEFT);
    g_assert_cmpuint(link_at(book, 1)->n_outages, ==, 0);
    /* It stays for an hour, and then it is forgotten, and its room. */
    for (guint32 tick = 3; tick <= CC_HEALTH_TICKS; tick++)
        cc_health_book_close(book, tick);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, 1);
    cc_health_book_close(book, CC_HEALTH_TICKS + 1);
    g_assert_null(cc_health_book_link(book, 1));
    g_assert_cmpuint(cc_health_book_n_rooms(book), ==, 1);
    cc_health_book_close(book, CC_HEALTH_TICKS + 2);
    g_assert_cmpuint(cc_health_book_n_rooms(book), ==, 0);
}

static guint
n_changed(CcHealthBook *book, guint64 since, guint most, guint64 *last)
{
    g_autoptr(GPtrArray) links = cc_health_book_changed_links(book, since, most, last);
    return links->len;
}

static void
test_changes(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues less = good;
    guint64 revision = 0, ignored;

    cc_health_book_see_room(book, 1, "math", 1, TRUE);
    for (guint i = 0; i < 25; i++) {
        g_autofree char *id = g_strdup_printf("p%u", i);
        see(book, 1, id, id, &good);
    }
    cc_health_book_close(book, 1);
    /* In pieces, and each link once. */
    g_assert_cmpuint(n_changed(book, revision, 10, &revision), ==, 10);
    g_assert_cmpuint(n_changed(book, revision, 10, &revision), ==, 10);
    g_assert_cmpuint(n_changed(book, revision, 10, &revision), ==, 5);
    g_assert_cmpuint(n_changed(book, revision, 10, &revision), ==, 0);
    /* Then what has changed alone. */
    less.bps = 410000; /* nobody would see that */
    for (guint32 tick = 2; tick <= 4; tick++) {
        cc_health_book_see_room(book, tick, "math", 1, TRUE);
        for (guint i = 0; i < 25; i++) {
            g_autofree char *id = g_strdup_printf("p%u", i);
            see(book, tick, id, id, &less);
        }
        cc_health_book_close(book, tick);
    }
    n_changed(book, 0, 100, &revision); /* all are judged by now */
    less.bps = 100000;
    cc_health_book_see_room(book, 5, "math", 1, TRUE);
    for (guint i = 0; i < 25; i++) {
        g_autofree char *id = g_strdup_printf("p%u", i);
        see(book, 5, id, id, i == 7 ? &less : &good);
    }
    cc_health_book_close(book, 5);
    g_autoptr(GPtrArray) changed = cc_health_book_changed_links(book, revision, 100, &ignored);
    g_assert_cmpuint(changed->len, ==, 1);
    g_assert_cmpstr(((CcHealthLink *)changed->pdata[0])->id, ==, "p7");
    g_assert_cmpuint(((CcHealthLink *)changed->pdata[0])->shown.kbps, ==, 100);
}

static void
test_rooms(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues bad = good;
    const CcHealthRoom *room;
    guint64 revision;

    bad.picture = CC_PICTURE_PAUSED;
    bad.reason = CC_LINK_REASON_RATE;
    for (guint32 tick = 1; tick <= 3; tick++) {
        cc_health_book_see_room(book, tick, "math", 1, TRUE);
        cc_health_book_see_room(book, tick, "art", 0, FALSE);
        see(book, tick, "p1", "a", &good);
        see(book, tick, "p2", "b", &bad);
        cc_health_book_close(book, tick);
    }
    room = cc_health_book_room(book, "math");
    g_assert_cmpuint(room->moment.links, ==, 2);
    g_assert_cmpuint(room->moment.bad, ==, 1);
    g_assert_cmpuint(room->moment.kbps, ==, 800);
    g_autoptr(GPtrArray) all = cc_health_book_changed_rooms(book, 0);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpstr(((CcHealthRoom *)all->pdata[0])->name, ==, "art");
    revision =
        MAX(((CcHealthRoom *)all->pdata[0])->revision, ((CcHealthRoom *)all->pdata[1])->revision);
    pass(book, 4, "p1", "a", &good); /* art is no more, and one is missed in math */
    g_autoptr(GPtrArray) changed = cc_health_book_changed_rooms(book, revision);
    g_assert_cmpuint(changed->len, ==, 2);
    g_assert_cmpuint(cc_health_book_room(book, "art")->moment.there, ==, 0);
    g_assert_cmpuint(room->moment.links, ==, 1);
}

static void
assert_move(const CcHealthRoom *room, guint index, guint32 tick, guint number, CcMove kind)
{
    const CcRoomMove *move = cc_health_room_get_move(room, index);

    g_assert_cmpuint(move->tick, ==, tick);
    g_assert_cmpuint(move->number, ==, number);
    g_assert_cmpint(move->move, ==, kind);
}

/* Who came, who said goodbye and who did not, in their order. */
static void
test_moves(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues coming = {.contact = CC_CONTACT_CONNECTING, .rtt_ms = -1};
    CcHealthWho speaker = {
        .room = "math", .id = "p1", .role = "classroom", .name = "Huli", .sends = TRUE};
    const CcHealthRoom *room;
    const CcRoomMoment *moment;

    pass(book, 1, "p1", "Huli", &coming); /* connects, and is not there yet */
    room = cc_health_book_room(book, "math");
    g_assert_cmpuint(cc_health_room_n_moves(room), ==, 0);
    pass(book, 2, "p1", "Huli", &good);
    cc_health_book_see_room(book, 3, "math", 1, TRUE);
    see(book, 3, "p1", "Huli", &good);
    see(book, 3, "p2", "Longquan", &good);
    g_assert_true(cc_health_book_see_link(book, 3, &speaker, &good)); /* the same school speaks */
    cc_health_book_close(book, 3);
    cc_health_book_leave(book, "math", "p1", FALSE);
    pass(book, 4, NULL, NULL, NULL);
    pass(book, 5, "p2", "Longquan", &good);
    g_assert_cmpuint(cc_health_room_n_moves(room), ==, 5);
    assert_move(room, 0, 2, 1, CC_MOVE_CAME);
    assert_move(room, 1, 3, 2, CC_MOVE_CAME);
    g_assert_cmpuint(cc_health_room_get_move(room, 2)->tick, ==, 4);
    g_assert_cmpuint(cc_health_room_get_move(room, 3)->tick, ==, 4);
    assert_move(room, 4, 5, 2, CC_MOVE_CAME);
    moment = cc_series_get(room->moments, 4);
    g_assert_cmpuint(moment->came, ==, 0);
    g_assert_cmpuint(moment->left, ==, 1);
    g_assert_cmpuint(moment->lost, ==, 1);
    moment = cc_series_get(room->moments, 5);
    g_assert_cmpuint(moment->came, ==, 1);
    g_assert_cmpuint(moment->left + moment->lost, ==, 0);
    /* The room closes with the last one, and that is told as well. */
    cc_health_book_leave(book, "math", "p2", FALSE);
    cc_health_book_close(book, 6);
    moment = cc_series_get(room->moments, 6);
    g_assert_nonnull(moment);
    g_assert_cmpuint(moment->left, ==, 1);
    g_assert_cmpuint(moment->links, ==, 0);
    cc_health_book_close(book, 7);
    g_assert_null(cc_series_get(room->moments, 7));
}

/* A school that comes and goes all the time fills no memory. */
static void
test_many_moves(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues lost = {.contact = CC_CONTACT_LOST, .rtt_ms = -1};
    const CcHealthRoom *room;

    for (guint32 tick = 1; tick <= 3 * CC_ROOM_MOVES; tick++)
        pass(book, tick, "p1", "Huli", tick % 2 == 1 ? &good : &lost);
    room = cc_health_book_room(book, "math");
    g_assert_cmpuint(cc_health_room_n_moves(room), ==, CC_ROOM_MOVES);
    assert_move(room, 0, 2 * CC_ROOM_MOVES + 1, 1, CC_MOVE_CAME);
    assert_move(room, CC_ROOM_MOVES - 1, 3 * CC_ROOM_MOVES, 1, CC_MOVE_LOST);
}

/* Who does worst, and whether the others do as badly. */
static void
test_worst(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues lossy = good, voice_only = good, uplink = good;
    CcHealthWho teacher = {
        .room = "math", .id = "p9", .role = "teacher", .name = "Xiamen", .sends = TRUE};
    const CcHealthRoom *room;

    lossy.loss = 0.09;
    lossy.rtt_ms = 350;
    voice_only.picture = CC_PICTURE_PAUSED;
    voice_only.reason = CC_LINK_REASON_RATE;
    uplink.loss = 0.01;
    uplink.rtt_ms = 20;
    for (guint32 tick = 1; tick <= 4; tick++) {
        cc_health_book_see_room(book, tick, "math", 1, TRUE);
        see(book, tick, "p1", "a", &good);
        see(book, tick, "p2", "b", &lossy);
        if (tick < 4)
            see(book, tick, "p3", "c", &voice_only);
        g_assert_true(cc_health_book_see_link(book, tick, &teacher, &uplink));
        cc_health_book_close(book, tick);
        room = cc_health_book_room(book, "math");
        /* Numbers say nothing of the first moments. */
        g_assert_cmpuint(room->moment.worst, ==, tick < 3 ? 0 : 3);
    }
    g_assert_cmpuint(room->moment.links, ==, 3);
    g_assert_cmpuint(room->moment.weak, ==, 1);
    g_assert_cmpuint(room->moment.bad, ==, 1); /* it has vanished, and is missed */
    g_assert_cmpuint(room->moment.loss, ==, 9);
    g_assert_cmpuint(room->moment.most_loss, ==, 18);
    g_assert_cmpuint(room->moment.teacher_loss, ==, 2);
    g_assert_cmpuint(room->moment.rtt, ==, 20);
    g_assert_cmpuint(room->moment.most_rtt, ==, 35);
    g_assert_cmpuint(room->moment.teacher_rtt, ==, 2);
    g_assert_cmpuint(room->moment.kbps, ==, 800);
    g_assert_cmpuint(room->moment.kbps_in, ==, 400);
    for (guint32 tick = 5; tick <= 20; tick++)
        pass(book, tick, "p1", "a", &good);
    cc_health_book_leave(book, "math", "p2", FALSE);
    cc_health_book_leave(book, "math", "p3", FALSE);
    cc_health_book_leave(book, "math", "p9", TRUE);
    pass(book, 21, "p1", "a", &good);
    g_assert_cmpuint(room->moment.worst, ==, 0);
    g_assert_cmpuint(room->moment.teacher_loss, ==, CC_ROOM_UNKNOWN);
}

/* She speaks on one link and hears on the other, and is one person and none of the schools. */
static void
test_teacher(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcLinkValues hears = good;
    CcHealthWho uplink = {
        .room = "math", .id = "p8", .role = "teacher", .name = "Xiamen", .sends = TRUE};
    CcHealthWho downlink = {.room = "math", .id = "p9", .role = "teacher", .name = "Xiamen"};
    const CcHealthRoom *room;
    const CcRoomMoment *moment;

    hears.loss = 0.5;
    hears.rtt_ms = 400;
    cc_health_book_see_room(book, 1, "math", 1, TRUE);
    see(book, 1, "p1", "Huli", &good);
    g_assert_true(cc_health_book_see_link(book, 1, &uplink, &good));
    g_assert_true(cc_health_book_see_link(book, 1, &downlink, &hears));
    cc_health_book_close(book, 1);
    room = cc_health_book_room(book, "math");
    moment = cc_series_get(room->moments, 1);
    g_assert_cmpuint(moment->links, ==, 3);
    g_assert_cmpuint(moment->kbps, ==, 800); /* what she hears is sent all the same */
    g_assert_cmpuint(moment->loss, ==, 0);
    g_assert_cmpuint(moment->most_loss, ==, 0);
    g_assert_cmpuint(moment->rtt, ==, 5);
    g_assert_cmpuint(moment->most_rtt, ==, 5);
    g_assert_cmpuint(moment->came, ==, 2);
    pass(book, 2, "p1", "Huli", &good); /* her PC is off */
    moment = cc_series_get(room->moments, 2);
    g_assert_cmpuint(moment->lost, ==, 1);
    g_assert_cmpuint(cc_health_room_n_moves(room), ==, 3);
    assert_move(room, 2, 2, 2, CC_MOVE_LOST);
}

/* A crowd takes no more memory than the book was made for, and does not drive out who is there. */
static void
test_crowd(void)
{
    g_autoptr(CcHealthBook) book = cc_health_book_new();
    CcHealthWho more = school("one-more", "");

    pass(book, 1, "gone", "gone", &good);
    cc_health_book_leave(book, "math", "gone", FALSE);
    cc_health_book_see_room(book, 2, "math", 1, TRUE);
    for (guint i = 0; i < CC_HEALTH_MAX_LINKS; i++) {
        g_autofree char *id = g_strdup_printf("c%u", i);
        see(book, 2, id, "", &good); /* the last one takes the place of the one that left */
    }
    g_assert_null(cc_health_book_link(book, 1));
    g_assert_false(cc_health_book_see_link(book, 2, &more, &good));
    cc_health_book_close(book, 2);
    g_assert_cmpuint(cc_health_book_n_links(book), ==, CC_HEALTH_MAX_LINKS);
    g_assert_cmpuint(cc_health_book_n_unseen(book), ==, 1);
    for (guint i = 0; i < 2 * CC_HEALTH_MAX_ROOMS; i++) {
        g_autofree char *name = g_strdup_printf("r%u", i);
        cc_health_book_see_room(book, 3, name, 0, FALSE);
    }
    g_assert_cmpuint(cc_health_book_n_rooms(book), ==, CC_HEALTH_MAX_ROOMS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/health/book/outage", test_outage);
    g_test_add_func("/relay/health/book/comes-again", test_comes_again);
    g_test_add_func("/relay/health/book/strangers", test_strangers);
    g_test_add_func("/relay/health/book/leave", test_leave);
    g_test_add_func("/relay/health/book/changes", test_changes);
    g_test_add_func("/relay/health/book/rooms", test_rooms);
    g_test_add_func("/relay/health/book/moves", test_moves);
    g_test_add_func("/relay/health/book/many-moves", test_many_moves);
    g_test_add_func("/relay/health/book/worst", test_worst);
    g_test_add_func("/relay/health/book/teacher", test_teacher);
    g_test_add_func("/relay/health/book/crowd", test_crowd);
    return g_test_run();
}
