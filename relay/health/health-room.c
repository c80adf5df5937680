#include "relay/health/health-room.h"

#include <string.h>

const char *
cc_move_name(CcMove move)
{
    static const char *const names[] = {"came", "left", "lost"};
    g_return_val_if_fail((guint)move < G_N_ELEMENTS(names), "came");
    return names[move];
}

CcHealthRoom *
cc_health_room_new(const char *name)
{
    CcHealthRoom *room = g_new0(CcHealthRoom, 1);

    room->name = g_strdup(name);
    room->moments = cc_series_new(CC_HEALTH_TICKS, sizeof(CcRoomMoment));
    return room;
}

void
cc_health_room_free(CcHealthRoom *room)
{
    if (room == NULL)
        return;
    cc_series_free(room->moments);
    g_free(room->name);
    g_free(room);
}

/* In which nobody is there; who came and went is still to be told. */
static CcRoomMoment
empty_moment(const CcRoomMoment *before)
{
    return (CcRoomMoment){.lesson = before->lesson,
                          .loss = CC_ROOM_UNKNOWN,
                          .most_loss = CC_ROOM_UNKNOWN,
                          .teacher_loss = CC_ROOM_UNKNOWN,
                          .rtt = CC_ROOM_UNKNOWN,
                          .most_rtt = CC_ROOM_UNKNOWN,
                          .teacher_rtt = CC_ROOM_UNKNOWN,
                          .came = before->came,
                          .left = before->left,
                          .lost = before->lost};
}

void
cc_health_room_see(CcHealthRoom *room, guint32 tick, guint lesson, gboolean under_way)
{
    room->seen_tick = tick;
    room->moment = empty_moment(&room->moment);
    room->moment.lesson = lesson & 63;
    room->moment.there = 1;
    room->moment.under_way = under_way ? 1 : 0;
    room->worst = (CcJudgement){CC_HEALTH_GOOD, 0};
    memset(&room->sums, 0, sizeof(room->sums));
}

static guint8
pack_loss(double loss)
{
    return (guint8)(CLAMP(loss, 0, 1) * CC_ROOM_LOSS_STEPS + 0.5);
}

static guint8
pack_rtt(int rtt_ms)
{
    return rtt_ms < 0 ? CC_ROOM_UNKNOWN
                      : (guint8)MIN(rtt_ms / CC_ROOM_RTT_STEP_MS, CC_ROOM_UNKNOWN - 1);
}

static guint8
larger(guint8 known, guint8 other)
{
    return known == CC_ROOM_UNKNOWN ? other : MAX(known, other);
}

static void
add_school(CcHealthRoom *room, const CcLinkValues *values)
{
    CcRoomMoment *moment = &room->moment;
    guint8 loss = pack_loss(values->loss), rtt = pack_rtt(values->rtt_ms);

    room->sums.n++;
    room->sums.loss += loss;
    moment->most_loss = larger(moment->most_loss, loss);
    moment->loss = (guint8)(room->sums.loss / room->sums.n);
    if (rtt == CC_ROOM_UNKNOWN)
        return;
    room->sums.n_rtt++;
    room->sums.rtt += rtt;
    moment->most_rtt = larger(moment->most_rtt, rtt);
    moment->rtt = (guint8)(room->sums.rtt / room->sums.n_rtt);
}

void
cc_health_room_add(CcHealthRoom *room, const CcLinkValues *values, gboolean sends,
                   gboolean teachers)
{
    CcRoomMoment *moment = &room->moment;
    gboolean up = values->contact == CC_CONTACT_UP;

    moment->links++;
    if (!sends) {
        moment->kbps += values->bps / 1000;
        if (up && !teachers)
            add_school(room, values);
        return;
    }
    moment->kbps_in = (guint16)MIN(moment->kbps_in + values->bps / 1000, G_MAXUINT16);
    if (up && teachers) {
        moment->teacher_loss = pack_loss(values->loss);
        moment->teacher_rtt = pack_rtt(values->rtt_ms);
    }
}

void
cc_health_room_judge(CcHealthRoom *room, guint number, const CcJudgement *judgement)
{
    int worse = cc_judgement_compare(judgement, &room->worst);

    if (judgement->word != CC_HEALTH_WEAK && judgement->word != CC_HEALTH_BAD)
        return;
    room->moment.weak += judgement->word == CC_HEALTH_WEAK;
    room->moment.bad += judgement->word == CC_HEALTH_BAD;
    if (room->moment.worst != 0 && (worse < 0 || (worse == 0 && number > room->moment.worst)))
        return;
    room->moment.worst = number;
    room->worst = *judgement;
}

static void
count(guint8 *counter)
{
    if (*counter < G_MAXUINT8)
        (*counter)++;
}

void
cc_health_room_move(CcHealthRoom *room, guint32 tick, guint number, CcMove move)
{
    CcRoomMoment *moment = &room->moment;

    room->moves[room->n_moves++ % CC_ROOM_MOVES] = (CcRoomMove){tick, number, move};
    count(move == CC_MOVE_CAME   ? &moment->came
          : move == CC_MOVE_LEFT ? &moment->left
                                 : &moment->lost);
}

static gboolean
differs(const CcRoomMoment *a, const CcRoomMoment *b)
{
    guint32 most = MAX(a->kbps, b->kbps);

    return a->links != b->links || a->weak != b->weak || a->bad != b->bad || a->worst != b->worst ||
           a->lesson != b->lesson || a->there != b->there ||
           most - MIN(a->kbps, b->kbps) > most / 6;
}

gboolean
cc_health_room_close(CcHealthRoom *room, guint32 tick)
{
    CcRoomMoment *moment = &room->moment;

    if (room->seen_tick != tick) /* a last one, for those who left it */
        *moment = empty_moment(moment);
    if (moment->there || moment->came + moment->left + moment->lost > 0)
        cc_series_put(room->moments, tick, moment);
    moment->came = moment->left = moment->lost = 0;
    if (!differs(&room->moment, &room->shown))
        return FALSE;
    room->shown = room->moment;
    return TRUE;
}

guint
cc_health_room_n_moves(const CcHealthRoom *room)
{
    return MIN(room->n_moves, CC_ROOM_MOVES);
}

const CcRoomMove *
cc_health_room_get_move(const CcHealthRoom *room, guint index)
{
    guint n = cc_health_room_n_moves(room);

    g_return_val_if_fail(index < n, NULL);
    return &room->moves[(room->n_moves - n + index) % CC_ROOM_MOVES];
}
