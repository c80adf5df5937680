#include "relay/control/links.h"

#include "common/base/json-object.h"
#include "relay/control/events.h"

#define FLUSH_MS 1000
/* In one message: a teacher's own link may be narrow, and nobody reads more at a time. */
#define MAX_AT_ONCE 40

typedef struct {
    CcLinkReport report;
    gboolean dirty; /* not yet told to those who want to know of everybody */
} Link;

struct CcLinks {
    CcControl *control;
    GHashTable *by_session; /* session id → Link */
    GSource *flush;         /* or NULL: nothing is dirty */
    gboolean readers[CC_LINKS_N_READERS], wanted;
};

CcLinks *
cc_links_new(CcControl *control)
{
    CcLinks *links = g_new0(CcLinks, 1);

    links->control = control;
    links->by_session = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return links;
}

static void
stop_flush(CcLinks *links)
{
    if (links->flush == NULL)
        return;
    g_source_destroy(links->flush);
    g_clear_pointer(&links->flush, g_source_unref);
}

void
cc_links_free(CcLinks *links)
{
    if (links == NULL)
        return;
    stop_flush(links);
    g_hash_table_unref(links->by_session);
    g_free(links);
}

static void
add_members(JsonBuilder *builder, const CcLinkReport *report)
{
    cc_json_add_int(builder, "kbps", report->bps / 1000);
    cc_json_add_int_if(builder, "estimate_kbps", report->estimate_bps > 0,
                       report->estimate_bps / 1000);
    cc_json_add_double(builder, "loss", report->loss_permille / 1000.0);
    cc_json_add_int_if(builder, "rtt_ms", report->rtt_ms >= 0, report->rtt_ms);
    cc_json_add_string(builder, "protocol", report->tcp ? "tcp" : "udp");
    cc_json_add_string(builder, "picture", cc_picture_state_name(report->picture));
    cc_json_add_string(builder, "reason", cc_link_reason_name(report->reason));
}

static JsonBuilder *
begin_message(void)
{
    JsonBuilder *builder = cc_json_begin();

    cc_json_add_string(builder, "type", "links");
    cc_json_begin_array(builder, "links");
    return builder;
}

static void
add_link(JsonBuilder *builder, const CcParticipant *participant, const Link *link)
{
    json_builder_begin_object(builder);
    cc_json_add_string(builder, "id", participant->id);
    add_members(builder, &link->report);
    json_builder_end_object(builder);
}

/* (transfer full) */
static char *
end_message(JsonBuilder *builder)
{
    json_builder_end_array(builder);
    return cc_json_end(builder);
}

/* What is known of @room's participants, or only what has changed. (transfer full) or NULL.
 * @more: set if something has to wait for the next time. */
static char *
describe_room(CcLinks *links, const CcRoom *room, gboolean changes, gboolean *more)
{
    JsonBuilder *builder = NULL;
    guint n = 0;

    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *participant = g_ptr_array_index(room->participants, i);
        Link *link = g_hash_table_lookup(links->by_session, participant->session_id);
        if (link == NULL || (changes && !link->dirty))
            continue;
        if (n == MAX_AT_ONCE) {
            link->dirty = TRUE;
            *more = TRUE;
            continue;
        }
        n++;
        if (changes)
            link->dirty = FALSE;
        if (builder == NULL)
            builder = begin_message();
        add_link(builder, participant, link);
    }
    return builder != NULL ? end_message(builder) : NULL;
}

static gboolean
on_flush(gpointer user_data)
{
    CcLinks *links = user_data;
    g_autoptr(GPtrArray) rooms = cc_room_registry_list(links->control->rooms);
    gboolean more = FALSE;

    for (guint i = 0; i < rooms->len; i++) {
        const CcRoom *room = g_ptr_array_index(rooms, i);
        g_autofree char *message = describe_room(links, room, TRUE, &more);
        if (message != NULL)
            cc_events_send_link(links->control->events, room->name, "*", message);
    }
    if (!more)
        g_clear_pointer(&links->flush, g_source_unref);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
flush_soon(CcLinks *links)
{
    if (links->flush != NULL)
        return;
    links->flush = g_timeout_source_new(FLUSH_MS);
    g_source_set_callback(links->flush, on_flush, links, NULL);
    g_source_attach(links->flush, g_main_context_get_thread_default());
}

void
cc_links_report(CcLinks *links, const char *session_id, const CcLinkReport *report)
{
    const CcParticipant *participant = cc_room_registry_find(links->control->rooms, session_id);
    Link *link = g_hash_table_lookup(links->by_session, session_id);

    if (participant == NULL)
        return;
    if (link == NULL) {
        link = g_new0(Link, 1);
        g_hash_table_insert(links->by_session, g_strdup(session_id), link);
    }
    link->report = *report;
    link->dirty = TRUE;
    JsonBuilder *builder = begin_message();
    add_link(builder, participant, link);
    g_autofree char *message = end_message(builder);
    cc_events_send_link(links->control->events, participant->room->name, participant->id, message);
    flush_soon(links);
}

const CcLinkReport *
cc_links_report_of(const CcLinks *links, const char *session_id)
{
    const Link *link = g_hash_table_lookup(links->by_session, session_id);

    return link != NULL ? &link->report : NULL;
}

void
cc_links_forget(CcLinks *links, const char *session_id)
{
    g_hash_table_remove(links->by_session, session_id);
}

char *
cc_links_describe(CcLinks *links, const char *room, const char *participant)
{
    const CcRoom *known = cc_room_registry_lookup(links->control->rooms, room);
    gboolean more = FALSE;

    if (known == NULL)
        return NULL;
    if (g_str_equal(participant, "*")) {
        char *message = describe_room(links, known, FALSE, &more);
        if (more)
            flush_soon(links);
        return message;
    }
    for (guint i = 0; i < known->participants->len; i++) {
        const CcParticipant *one = g_ptr_array_index(known->participants, i);
        const Link *link = g_hash_table_lookup(links->by_session, one->session_id);
        if (link == NULL || !g_str_equal(one->id, participant))
            continue;
        JsonBuilder *builder = begin_message();
        add_link(builder, one, link);
        return end_message(builder);
    }
    return NULL;
}

void
cc_links_set_wanted(CcLinks *links, CcLinksReader reader, gboolean wanted)
{
    links->readers[reader] = wanted;
    wanted = links->readers[CC_LINKS_OBSERVERS] || links->readers[CC_LINKS_DECKS];
    if (links->wanted == wanted)
        return;
    links->wanted = wanted;
    for (guint i = 0; i < cc_worker_group_size(links->control->workers); i++)
        cc_worker_want_links(cc_control_worker(links->control, i), wanted);
    if (!wanted) { /* it will not be kept up to date */
        stop_flush(links);
        g_hash_table_remove_all(links->by_session);
    }
}
