#include "client/window/view.h"

#include <string.h>

#define LINK_TYPE "(buudibuu)"
#define TALK_TYPE "(bbbbb)"
#define CHAT_LINE_TYPE "(xsssbbb)"
#define CLASSROOM_TYPE "(ssubbbb" LINK_TYPE ")"

static GVariant *
write_link(const CcLink *link)
{
    return g_variant_new(LINK_TYPE, link->known, link->kbps, link->estimate_kbps, link->loss,
                         link->rtt_ms, link->tcp, (guint)link->picture, (guint)link->reason);
}

static void
read_link(CcLink *link, GVariant *value)
{
    guint picture, reason;
    g_variant_get(value, LINK_TYPE, &link->known, &link->kbps, &link->estimate_kbps, &link->loss,
                  &link->rtt_ms, &link->tcp, &picture, &reason);
    link->picture = (CcPicture)MIN(picture, (guint)CC_PICTURE_PAUSED);
    link->reason = (CcGivenUp)MIN(reason, (guint)CC_GIVEN_UP_FOR_RELAY);
}

static void
add_string(GVariantDict *dict, const char *key, const char *text)
{
    g_variant_dict_insert(dict, key, "s", text != NULL ? text : "");
}

static const char *
get_string(GVariant *value, const char *key)
{
    const char *text = "";
    g_variant_lookup(value, key, "&s", &text);
    return text;
}

static CcConnectionState
get_state(GVariant *value)
{
    guint state = CC_CONNECTION_CONNECTING;
    g_variant_lookup(value, "state", "u", &state);
    return (CcConnectionState)MIN(state, (guint)CC_CONNECTION_REFUSED);
}

void
cc_view_add_device(CcViewDevices *devices, const char *id, const char *name)
{
    if (devices->n < CC_VIEW_MAX_DEVICES)
        devices->all[devices->n++] = (CcViewDevice){id, name};
}

const char *
cc_view_device_name(const CcViewDevices *devices, const char *id)
{
    for (guint i = 0; i < devices->n; i++)
        if (strcmp(devices->all[i].id, id) == 0)
            return devices->all[i].name;
    return "";
}

static void
add_devices(GVariantDict *dict, const char *key, const CcViewDevices *devices)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ss)"));
    for (guint i = 0; i < devices->n; i++)
        g_variant_builder_add(&builder, "(ss)", devices->all[i].id, devices->all[i].name);
    g_variant_dict_insert(dict, key, "(sba(ss))", devices->chosen != NULL ? devices->chosen : "",
                          devices->missing, &builder);
}

static void
get_devices(GVariant *value, const char *key, CcViewDevices *devices)
{
    GVariantIter *iter = NULL;
    const char *id, *name;
    devices->chosen = "";
    if (!g_variant_lookup(value, key, "(&sba(ss))", &devices->chosen, &devices->missing, &iter))
        return;
    while (g_variant_iter_next(iter, "(&s&s)", &id, &name))
        cc_view_add_device(devices, id, name);
    g_variant_iter_free(iter);
}

GVariant *
cc_classroom_view_write(const CcClassroomView *view)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "state", "u", (guint)view->state);
    g_variant_dict_insert_value(&dict, "link", write_link(&view->link));
    g_variant_dict_insert(&dict, "talk", TALK_TYPE, view->talk.called, view->talk.muted,
                          view->talk.hushed, view->talk.visible, view->talk.has_microphone);
    g_variant_dict_insert(&dict, "hand-raised", "b", view->hand_raised);
    g_variant_dict_insert(&dict, "several", "b", view->several);
    add_string(&dict, "chat", view->chat);
    add_string(&dict, "school", view->school);
    add_string(&dict, "lesson", view->lesson);
    g_variant_dict_insert(&dict, "volume", "d", view->volume);
    g_variant_dict_insert(&dict, "muted", "b", view->muted);
    add_devices(&dict, "cameras", &view->cameras);
    add_devices(&dict, "microphones", &view->microphones);
    add_devices(&dict, "speakers", &view->speakers);
    return g_variant_dict_end(&dict);
}

void
cc_classroom_view_read(CcClassroomView *view, GVariant *value)
{
    *view = (CcClassroomView){.state = get_state(value),
                              .chat = get_string(value, "chat"),
                              .school = get_string(value, "school"),
                              .lesson = get_string(value, "lesson")};
    g_autoptr(GVariant) link = g_variant_lookup_value(value, "link", G_VARIANT_TYPE(LINK_TYPE));
    if (link != NULL)
        read_link(&view->link, link);
    g_variant_lookup(value, "talk", TALK_TYPE, &view->talk.called, &view->talk.muted,
                     &view->talk.hushed, &view->talk.visible, &view->talk.has_microphone);
    g_variant_lookup(value, "hand-raised", "b", &view->hand_raised);
    g_variant_lookup(value, "several", "b", &view->several);
    g_variant_lookup(value, "volume", "d", &view->volume);
    g_variant_lookup(value, "muted", "b", &view->muted);
    get_devices(value, "cameras", &view->cameras);
    get_devices(value, "microphones", &view->microphones);
    get_devices(value, "speakers", &view->speakers);
}

static GVariant *
write_classrooms(const CcTeacherView *view)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a" CLASSROOM_TYPE));
    for (guint i = 0; i < view->n_classrooms; i++) {
        const CcViewClassroom *one = &view->classrooms[i];
        g_variant_builder_add(&builder, "(ssubbbb@" LINK_TYPE ")", one->id, one->name, one->hand_s,
                              one->hand, one->ready, one->on_stage, one->muted,
                              write_link(&one->link));
    }
    return g_variant_builder_end(&builder);
}

static void
read_classrooms(CcTeacherView *view, GVariant *value)
{
    g_autoptr(GVariant) all =
        g_variant_lookup_value(value, "classrooms", G_VARIANT_TYPE("a" CLASSROOM_TYPE));
    gsize n = all != NULL ? g_variant_n_children(all) : 0;
    for (gsize i = 0; i < MIN(n, CC_VIEW_MAX_CLASSROOMS); i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(all, i);
        g_autoptr(GVariant) link = NULL;
        CcViewClassroom *one = &view->classrooms[view->n_classrooms++];
        g_variant_get(child, "(&s&subbbb@" LINK_TYPE ")", &one->id, &one->name, &one->hand_s,
                      &one->hand, &one->ready, &one->on_stage, &one->muted, &link);
        read_link(&one->link, link);
    }
}

static void
write_chat(GVariantDict *dict, const CcViewChat *chat)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a" CHAT_LINE_TYPE));
    for (guint i = 0; i < chat->n_lines; i++) {
        const CcViewChatLine *line = &chat->lines[i];
        g_variant_builder_add(&builder, CHAT_LINE_TYPE, line->time_ms, line->id, line->name,
                              line->text, line->teacher, line->own, line->muted);
    }
    g_variant_dict_insert_value(dict, "chat-lines", g_variant_builder_end(&builder));
    g_variant_dict_insert(dict, "chat", "(buuu)", chat->on, (guint)chat->hindrance, chat->answered,
                          (guint)chat->refusal);
}

static CcChatRefusal
to_refusal(guint refusal)
{
    return (CcChatRefusal)MIN(refusal, (guint)CC_CHAT_REFUSED_SILENTLY);
}

static void
read_chat(CcViewChat *chat, GVariant *value)
{
    guint hindrance = CC_CHAT_REFUSED_NO_SEAT, refusal = CC_CHAT_REFUSED_NOT;
    g_autoptr(GVariant) all =
        g_variant_lookup_value(value, "chat-lines", G_VARIANT_TYPE("a" CHAT_LINE_TYPE));
    gsize n = all != NULL ? g_variant_n_children(all) : 0;
    g_variant_lookup(value, "chat", "(buuu)", &chat->on, &hindrance, &chat->answered, &refusal);
    chat->hindrance = to_refusal(hindrance);
    chat->refusal = to_refusal(refusal);
    for (gsize i = 0; i < MIN(n, CC_ROOM_CHAT_KEPT); i++) {
        CcViewChatLine *line = &chat->lines[chat->n_lines++];
        g_variant_get_child(all, i, "(x&s&s&sbbb)", &line->time_ms, &line->id, &line->name,
                            &line->text, &line->teacher, &line->own, &line->muted);
    }
}

GVariant *
cc_teacher_view_write(const CcTeacherView *view)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "state", "u", (guint)view->state);
    add_string(&dict, "message", view->message);
    add_string(&dict, "school", view->school);
    add_string(&dict, "lesson", view->lesson);
    g_variant_dict_insert(&dict, "uplink", "(uudi)", view->uplink_kbps, view->elapsed_s, view->loss,
                          view->rtt_ms);
    g_variant_dict_insert(&dict, "has-sound", "b", view->has_sound);
    g_variant_dict_insert(&dict, "has-picture", "b", view->has_picture);
    g_variant_dict_insert(&dict, "guests", "(bb)", view->has_guests, view->several);
    g_variant_dict_insert(&dict, "slides", "(uub)", view->page, view->n_pages, view->blank);
    g_variant_dict_insert_value(&dict, "classrooms", write_classrooms(view));
    g_variant_dict_insert(&dict, "more", "u", view->n_more);
    write_chat(&dict, &view->chat);
    add_devices(&dict, "cameras", &view->cameras);
    add_devices(&dict, "microphones", &view->microphones);
    add_devices(&dict, "speakers", &view->speakers);
    return g_variant_dict_end(&dict);
}

void
cc_teacher_view_read(CcTeacherView *view, GVariant *value)
{
    *view = (CcTeacherView){.state = get_state(value),
                            .message = get_string(value, "message"),
                            .school = get_string(value, "school"),
                            .lesson = get_string(value, "lesson"),
                            .loss = -1,
                            .rtt_ms = -1};
    g_variant_lookup(value, "uplink", "(uudi)", &view->uplink_kbps, &view->elapsed_s, &view->loss,
                     &view->rtt_ms);
    g_variant_lookup(value, "has-sound", "b", &view->has_sound);
    g_variant_lookup(value, "has-picture", "b", &view->has_picture);
    g_variant_lookup(value, "guests", "(bb)", &view->has_guests, &view->several);
    g_variant_lookup(value, "slides", "(uub)", &view->page, &view->n_pages, &view->blank);
    g_variant_lookup(value, "more", "u", &view->n_more);
    read_classrooms(view, value);
    read_chat(&view->chat, value);
    get_devices(value, "cameras", &view->cameras);
    get_devices(value, "microphones", &view->microphones);
    get_devices(value, "speakers", &view->speakers);
}
