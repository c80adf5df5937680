/* A classroom that may be called on: a second session beside the one it watches with, by which its
 * own camera and microphone go to the room. The camera runs only while somebody is to see it and
 * the microphone only while the classroom is on the stage (`[recv] speak = called`), or both all
 * the time (`open`); what is said is sent only on the stage. Where there is nothing to speak with,
 * it looks again. Main thread. */
#pragma once

#include "client/connection.h"
#include "client/elements/devices.h"
#include "client/ui/talk-words.h"
#include "client/window/view.h"

G_BEGIN_DECLS

typedef struct CcSpeaking CcSpeaking;

typedef struct {
    const CcConfig *config; /* [send] says which camera and microphone */
    const char *room;
    CcConnection *beside;   /* the session that watches */
    const char *echo_probe; /* of the loudspeaker's chain; NULL: echo cannot be cancelled */
    guint64 base_time;      /* of the loudspeaker's running times, nanoseconds */
} CcSpeakingOptions;

typedef struct {
    void (*changed)(const CcTalk *talk, gpointer user_data); /* what is live */
    /* Which cameras and microphones there are: see CcOwnDevicesCallbacks. */
    void (*devices)(CcDeviceKind kind, const CcViewDevices *devices, gpointer user_data);
} CcSpeakingCallbacks;

/* All in @options but itself outlives. */
CcSpeaking *cc_speaking_new(const CcSpeakingOptions *options, const CcSpeakingCallbacks *callbacks,
                            gpointer user_data);
void cc_speaking_free(CcSpeaking *speaking);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSpeaking, cc_speaking_free)

/* Says goodbye to the relay, at most for a second. */
void cc_speaking_stop(CcSpeaking *speaking, GSourceOnceFunc done, gpointer user_data);
/* The room has changed; @own: as it has us, or NULL. */
void cc_speaking_see(CcSpeaking *speaking, const CcRoomState *room, const CcParticipant *own);
/* The session that watches has come back. */
void cc_speaking_hurry(CcSpeaking *speaking);
/* Mutes our microphone, or opens it again, while we are on the stage. */
void cc_speaking_press(CcSpeaking *speaking);
/* See cc_own_devices_press(). (transfer full) */
char *cc_speaking_press_device(CcSpeaking *speaking, char key);
/* Another camera or microphone, from now on: see cc_devices_open(). */
void cc_speaking_choose(CcSpeaking *speaking, CcDeviceKind kind, const char *device);

G_END_DECLS
