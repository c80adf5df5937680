/* The room's WebSocket (docs/protocol.md), kept open for ever: reconnects by itself, quickly at
 * first, because its coming back is the earliest sign that a relay is back. All calls and callbacks
 * in the main context that was thread-default at creation. */
#pragma once

#include <glib.h>

#include "client/signalling/room-state.h"

G_BEGIN_DECLS

typedef struct CcEventStream CcEventStream;

typedef struct {
    /* The WebSocket is open. @again: it had been open before and was lost. */
    void (*opened)(gboolean again, gpointer user_data);
    /* It was open and is not any more. @bye: the relay said goodbye before. */
    void (*closed)(gboolean bye, gpointer user_data);
    /* Lesson or participants have changed. */
    void (*changed)(const CcRoomState *room, gpointer user_data);
} CcEventStreamCallbacks;

/* @url: "http://relay.example/rooms/math/events" (http and https stand for ws and wss). @token,
 * @tls_ca_file: as in cc_signalling_new(). @max_backoff_ms: while the relay cannot be reached at
 * all. */
CcEventStream *cc_event_stream_new(const char *url, const char *token, const char *tls_ca_file,
                                   guint max_backoff_ms, const CcEventStreamCallbacks *callbacks,
                                   gpointer user_data, GError **error);
/* Never from within a callback. */
void cc_event_stream_free(CcEventStream *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcEventStream, cc_event_stream_free)

void cc_event_stream_start(CcEventStream *events);
/* Tries again at once if it is waiting to (the network has changed). */
void cc_event_stream_hurry(CcEventStream *events);
/* Whose links are to be told: a participant's id, "*" for all, or NULL. Also after reconnecting. */
void cc_event_stream_follow_links(CcEventStream *events, const char *of);
/* By what the relay knows us (cc_signalling_client()), so that a hand is ours; also after
 * reconnecting. */
void cc_event_stream_introduce(CcEventStream *events, const char *client);
/* Our hand is raised, and has been for so long; -1: lowered. Nothing is said while the WebSocket is
 * not open. */
void cc_event_stream_say_hand(CcEventStream *events, gint64 waiting_us);
/* The teacher turns to a page of her deck, or shows none (@blank). */
void cc_event_stream_say_page(CcEventStream *events, const char *deck, guint page, gboolean blank);
/* She points at a place of the page, 0 to CC_POINTER_MAX each way; NULL: no longer. */
void cc_event_stream_say_pointer(CcEventStream *events, const guint place[2]);
/* Who is to be on the stage. Nothing is said while the WebSocket is not open. */
void cc_event_stream_say_stage(CcEventStream *events, const CcStage *stage);
/* Writes into the room; what becomes of it is told by the room. Nothing is said while the WebSocket
 * is not open. */
void cc_event_stream_say_chat(CcEventStream *events, const char *text);
/* Who may write: a teacher's. */
void cc_event_stream_say_chat_rules(CcEventStream *events, const CcChatRules *rules);
/* All that has been written in the lesson is to be told, not only what is written from now on. */
void cc_event_stream_follow_chat(CcEventStream *events);
/* Lowers the hand of another: a teacher's. */
void cc_event_stream_lower_hand(CcEventStream *events, const char *of);
/* What was told so far. (transfer none) */
const CcRoomState *cc_event_stream_room(const CcEventStream *events);
gboolean cc_event_stream_is_open(const CcEventStream *events);
/* TRUE once the WebSocket has ever been open: the server knows these events. */
gboolean cc_event_stream_are_supported(const CcEventStream *events);

G_END_DECLS
