#include "relay/control/health-json.h"

#include "common/base/json-object.h"

static const char *const room_columns[] = {"room", "lesson", "links",     "weak", "bad",
                                           "kbps", "worst",  "seen_tick", NULL};
/* What a moment of a link has. */
#define NUMBERS                                                                                    \
    "contact", "kbps", "estimate_kbps", "loss", "rtt_ms", "queue_ms", "height", "picture", "tcp"
static const char *const link_columns[] = {
    "number",   "room",  "id",      "role",       "name",      "sends", "health",
    "findings", NUMBERS, "outages", "first_tick", "seen_tick", NULL};
static const char *const link_moment_columns[] = {NUMBERS, "reason", "voice", NULL};
static const char *const room_moment_columns[] = {
    "lesson",         "links", "weak",      "bad",          "kbps",   "kbps_in",
    "worst",          "loss",  "most_loss", "teacher_loss", "rtt_ms", "most_rtt_ms",
    "teacher_rtt_ms", "came",  "left",      "lost",         NULL};
static const char *const move_columns[] = {"tick", "number", "move", NULL};
static const char *const relay_moment_columns[] = {"load",    "shed_level", "cpu",     "links",
                                                   "kbps_in", "kbps_out",   "dropped", "overflows",
                                                   "refused", NULL};

static void
add_names(JsonBuilder *builder, const char *name, const char *const *names)
{
    cc_json_begin_array(builder, name);
    for (guint i = 0; names[i] != NULL; i++)
        json_builder_add_string_value(builder, names[i]);
    json_builder_end_array(builder);
}

/* Members of rows. */
static void
put_int_or_null(JsonBuilder *builder, gint64 value, gboolean known)
{
    if (known)
        json_builder_add_int_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static void
put_flag(JsonBuilder *builder, gboolean value)
{
    json_builder_add_int_value(builder, value ? 1 : 0);
}

static void
put_string(JsonBuilder *builder, const char *value)
{
    if (value != NULL)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

static const char *
contact_name(CcContact contact)
{
    static const char *const names[] = {"connecting", "up", "lost"};
    return names[contact];
}

static JsonBuilder *
begin(const CcHealthWatch *watch)
{
    JsonBuilder *builder = cc_json_begin();

    cc_json_add_string(builder, "boot", watch->boot);
    cc_json_add_int(builder, "started_ms", watch->started_real_us / 1000);
    cc_json_add_int(builder, "tick", watch->tick);
    cc_json_add_int(builder, "tick_s", CC_HEALTH_TICK_S);
    return builder;
}

static void
add_workers(JsonBuilder *builder, const CcHealthWatch *watch)
{
    cc_json_begin_array(builder, "workers");
    for (guint i = 0; i < watch->n_workers; i++) {
        json_builder_begin_object(builder);
        cc_json_add_int(builder, "load", (gint64)(watch->loads[i] * 100 + 0.5));
        cc_json_add_int(builder, "shed_level", watch->shed_levels[i]);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

/* What was dropped and refused in the last minute, by reason. */
static void
add_minute(JsonBuilder *builder, const CcHealthWatch *watch)
{
    CcRelayCounters gained;

    cc_health_watch_minute(watch, &gained);
    cc_json_begin_object(builder, "dropped");
    for (guint i = CC_DROP_NONE + 1; i < CC_N_DROPS; i++)
        if (gained.drops[i] > 0)
            cc_json_add_int(builder, cc_drop_name((CcDrop)i), (gint64)gained.drops[i]);
    json_builder_end_object(builder);
    cc_json_begin_object(builder, "refused");
    for (guint i = 0; i < CC_N_PROBLEMS; i++)
        if (gained.refusals[i] > 0)
            cc_json_add_int(builder, cc_problem_code((CcProblem)i), (gint64)gained.refusals[i]);
    json_builder_end_object(builder);
    cc_json_add_int(builder, "receive_overflows", (gint64)gained.receive_overflows);
    cc_json_add_int(builder, "send_overflows", (gint64)gained.send_overflows);
}

static void
add_relay(JsonBuilder *builder, const CcHealthWatch *watch)
{
    const CcSettings *settings = watch->control->settings;
    g_autofree char *ports = cc_worker_group_ports(watch->control->workers);

    cc_json_begin_object(builder, "relay");
    cc_json_add_string(builder, "health", cc_health_word_name(watch->judgement.word));
    cc_json_begin_array(builder, "findings");
    for (guint i = 0; i < CC_N_RELAY_FINDINGS; i++)
        if (watch->judgement.findings >> i & 1)
            json_builder_add_string_value(builder, cc_relay_finding_name((CcRelayFinding)i));
    json_builder_end_array(builder);
    cc_json_add_string(builder, "ports", ports);
    cc_json_add_int(builder, "max_load", (gint64)(settings->max_load * 100 + 0.5));
    cc_json_add_int(builder, "max_sessions", settings->limits.max_sessions);
    cc_json_add_int(builder, "cpu", watch->moment.cpu);
    cc_json_add_int(builder, "processors", g_get_num_processors());
    cc_json_add_int(builder, "links", watch->moment.links);
    cc_json_add_int(builder, "unseen", cc_health_book_n_unseen(watch->book));
    cc_json_add_int(builder, "kbps_in", watch->moment.kbps_in);
    cc_json_add_int(builder, "kbps_out", watch->moment.kbps_out);
    add_workers(builder, watch);
    add_minute(builder, watch);
    json_builder_end_object(builder);
}

static void
add_rooms(JsonBuilder *builder, const CcHealthWatch *watch, guint64 revision)
{
    g_autoptr(GPtrArray) rooms = cc_health_book_changed_rooms(watch->book, revision);

    cc_json_add_int(builder, "n_rooms", cc_health_book_n_rooms(watch->book));
    add_names(builder, "room_columns", room_columns);
    cc_json_begin_array(builder, "rooms");
    for (guint i = 0; i < rooms->len; i++) {
        const CcHealthRoom *room = g_ptr_array_index(rooms, i);
        json_builder_begin_array(builder);
        json_builder_add_string_value(builder, room->name);
        json_builder_add_string_value(builder, cc_lesson_to_string((CcLesson)room->moment.lesson));
        json_builder_add_int_value(builder, room->moment.links);
        json_builder_add_int_value(builder, room->moment.weak);
        json_builder_add_int_value(builder, room->moment.bad);
        json_builder_add_int_value(builder, room->moment.kbps);
        put_int_or_null(builder, room->moment.worst, room->moment.worst != 0);
        put_int_or_null(builder, room->seen_tick, !room->moment.there);
        json_builder_end_array(builder);
    }
    json_builder_end_array(builder);
}

static void
put_findings(JsonBuilder *builder, const CcJudgement *judgement)
{
    json_builder_begin_array(builder);
    for (guint i = 0; i < CC_N_FINDINGS; i++)
        if (judgement->findings >> i & 1)
            json_builder_add_string_value(builder, cc_finding_name((CcFinding)i));
    json_builder_end_array(builder);
}

/* In the order of NUMBERS. */
static void
put_numbers(JsonBuilder *builder, const CcLinkValues *values)
{
    json_builder_add_string_value(builder, contact_name(values->contact));
    json_builder_add_int_value(builder, values->bps / 1000);
    put_int_or_null(builder, values->estimate_bps / 1000, values->estimate_bps > 0);
    json_builder_add_double_value(builder, values->loss);
    put_int_or_null(builder, values->rtt_ms, values->rtt_ms >= 0);
    json_builder_add_int_value(builder, values->queue_ms);
    put_int_or_null(builder, values->height, values->height > 0);
    json_builder_add_string_value(builder, cc_picture_state_name(values->picture));
    put_flag(builder, values->tcp);
}

static void
add_link(JsonBuilder *builder, const CcHealthLink *link)
{
    CcLinkValues values;

    cc_link_sample_unpack(&link->shown, &values);
    json_builder_begin_array(builder);
    json_builder_add_int_value(builder, link->number);
    json_builder_add_string_value(builder, link->room->name);
    json_builder_add_string_value(builder, link->id);
    json_builder_add_string_value(builder, link->role);
    json_builder_add_string_value(builder, link->name);
    put_flag(builder, link->sends);
    json_builder_add_string_value(builder, cc_health_word_name(link->judgement.word));
    put_findings(builder, &link->judgement);
    put_numbers(builder, &values);
    json_builder_add_int_value(builder, link->n_outages);
    json_builder_add_int_value(builder, link->first_tick);
    put_int_or_null(builder, link->seen_tick, link->presence != CC_PRESENCE_HERE);
    json_builder_end_array(builder);
}

char *
cc_health_json_overview(const CcHealthWatch *watch, guint64 revision)
{
    JsonBuilder *builder = begin(watch);
    guint64 last;
    g_autoptr(GPtrArray) links =
        cc_health_book_changed_links(watch->book, revision, CC_HEALTH_ROWS, &last);

    add_relay(builder, watch);
    add_rooms(builder, watch, revision);
    cc_json_add_int(builder, "n_links", cc_health_book_n_links(watch->book));
    add_names(builder, "link_columns", link_columns);
    cc_json_begin_array(builder, "links");
    for (guint i = 0; i < links->len; i++)
        add_link(builder, g_ptr_array_index(links, i));
    json_builder_end_array(builder);
    cc_json_add_int(builder, "revision", (gint64)last);
    cc_json_add_boolean(builder, "more", links->len == CC_HEALTH_ROWS);
    return cc_json_end(builder);
}

static void
put_link_moment(JsonBuilder *builder, const void *record)
{
    CcLinkValues values;

    cc_link_sample_unpack(record, &values);
    put_numbers(builder, &values);
    put_string(builder, cc_link_reason_name(values.reason));
    put_flag(builder, values.voice);
}

static void
put_room_loss(JsonBuilder *builder, guint8 loss)
{
    if (loss == CC_ROOM_UNKNOWN)
        json_builder_add_null_value(builder);
    else
        json_builder_add_double_value(builder, loss / (double)CC_ROOM_LOSS_STEPS);
}

static void
put_room_rtt(JsonBuilder *builder, guint8 rtt)
{
    put_int_or_null(builder, rtt * CC_ROOM_RTT_STEP_MS, rtt != CC_ROOM_UNKNOWN);
}

static void
put_room_moment(JsonBuilder *builder, const void *record)
{
    const CcRoomMoment *moment = record;

    json_builder_add_string_value(builder, cc_lesson_to_string((CcLesson)moment->lesson));
    json_builder_add_int_value(builder, moment->links);
    json_builder_add_int_value(builder, moment->weak);
    json_builder_add_int_value(builder, moment->bad);
    json_builder_add_int_value(builder, moment->kbps);
    json_builder_add_int_value(builder, moment->kbps_in);
    put_int_or_null(builder, moment->worst, moment->worst != 0);
    put_room_loss(builder, moment->loss);
    put_room_loss(builder, moment->most_loss);
    put_room_loss(builder, moment->teacher_loss);
    put_room_rtt(builder, moment->rtt);
    put_room_rtt(builder, moment->most_rtt);
    put_room_rtt(builder, moment->teacher_rtt);
    json_builder_add_int_value(builder, moment->came);
    json_builder_add_int_value(builder, moment->left);
    json_builder_add_int_value(builder, moment->lost);
}

static void
put_relay_moment(JsonBuilder *builder, const void *record)
{
    const CcRelayMoment *moment = record;

    json_builder_add_int_value(builder, moment->load);
    json_builder_add_int_value(builder, moment->shed_level);
    json_builder_add_int_value(builder, moment->cpu);
    json_builder_add_int_value(builder, moment->links);
    json_builder_add_int_value(builder, moment->kbps_in);
    json_builder_add_int_value(builder, moment->kbps_out);
    json_builder_add_int_value(builder, moment->dropped);
    json_builder_add_int_value(builder, moment->overflows);
    json_builder_add_int_value(builder, moment->refused);
}

/* A row for each tick from "from" on; null where there is none. To be ended. */
static JsonBuilder *
describe_moments(const CcHealthWatch *watch, const CcSeries *series, guint32 since,
                 const char *const *columns, void (*put)(JsonBuilder *, const void *))
{
    JsonBuilder *builder = begin(watch);
    guint32 oldest = watch->tick >= CC_HEALTH_TICKS ? watch->tick - CC_HEALTH_TICKS + 1 : 1;
    guint32 from = MAX(since < G_MAXUINT32 ? since + 1 : since, oldest);

    while (since == 0 && from <= watch->tick && cc_series_get(series, from) == NULL)
        from++; /* it was not there yet */
    cc_json_add_int(builder, "from", from);
    add_names(builder, "columns", columns);
    cc_json_begin_array(builder, "moments");
    for (guint32 tick = from; tick <= watch->tick; tick++) {
        const void *record = cc_series_get(series, tick);
        if (record == NULL) {
            json_builder_add_null_value(builder);
            continue;
        }
        json_builder_begin_array(builder);
        put(builder, record);
        json_builder_end_array(builder);
    }
    json_builder_end_array(builder);
    return builder;
}

char *
cc_health_json_relay(const CcHealthWatch *watch, guint32 since)
{
    return cc_json_end(
        describe_moments(watch, watch->moments, since, relay_moment_columns, put_relay_moment));
}

/* Who came and went within the hour, as far as it is kept. */
static void
add_moves(JsonBuilder *builder, const CcHealthWatch *watch, const CcHealthRoom *room, guint32 since)
{
    add_names(builder, "move_columns", move_columns);
    cc_json_begin_array(builder, "moves");
    for (guint i = 0; i < cc_health_room_n_moves(room); i++) {
        const CcRoomMove *move = cc_health_room_get_move(room, i);
        if (move->tick <= since || watch->tick - move->tick >= CC_HEALTH_TICKS)
            continue;
        json_builder_begin_array(builder);
        json_builder_add_int_value(builder, move->tick);
        json_builder_add_int_value(builder, move->number);
        json_builder_add_string_value(builder, cc_move_name(move->move));
        json_builder_end_array(builder);
    }
    json_builder_end_array(builder);
}

char *
cc_health_json_room(const CcHealthWatch *watch, const CcHealthRoom *room, guint32 since)
{
    JsonBuilder *builder =
        describe_moments(watch, room->moments, since, room_moment_columns, put_room_moment);

    add_moves(builder, watch, room, since);
    return cc_json_end(builder);
}

char *
cc_health_json_link(const CcHealthWatch *watch, const CcHealthLink *link, guint32 since)
{
    return cc_json_end(
        describe_moments(watch, link->samples, since, link_moment_columns, put_link_moment));
}
