/* The WebSockets on "/rooms/{room}/events" (docs/protocol.md): tells everybody who listens to a
 * room what happens in it. A room that does not exist yet may be listened to. Control thread only.
 */
#pragma once

#include <libsoup/soup.h>

#include "relay/control/control.h"

G_BEGIN_DECLS

CcEvents *cc_events_new(CcControl *control);
void cc_events_free(CcEvents *events);

/* Takes a new, already authorized, observer of @room and sends the state. @network: where its
 * requests are counted, as those over HTTP are. @may_teach: it may ask how everybody's link is
 * doing, not only for one after the other, and lower hands. */
void cc_events_add(CcEvents *events, SoupWebsocketConnection *socket, const char *room,
                   const char *network, gboolean may_teach);
/* To everybody who listens to @room. */
void cc_events_say(CcEvents *events, const char *room, const char *message);
void cc_events_room_event(CcEvents *events, const CcRoomEvent *event);
/* To those of @room who have asked for the link of @participant, or of everybody ("*"). */
void cc_events_send_link(CcEvents *events, const char *room, const char *participant,
                         const char *message);
/* To those of @room who may teach. */
void cc_events_tell_teachers(CcEvents *events, const char *room, const char *message);
/* Says goodbye to everybody and closes. */
void cc_events_close_all(CcEvents *events, const char *reason);

guint cc_events_n_observers(const CcEvents *events);
guint cc_events_n_observers_of(const CcEvents *events, const char *room);

G_END_DECLS
