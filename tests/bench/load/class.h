/* A whole class in one room: a teacher and classrooms that all have camera and microphone on. Who
 * speaks and who watches are two sessions of one client. Everybody's packets are decrypted and
 * compared: there are few. One thread. */
#pragma once

#include "tests/bench/load/poller.h"
#include "tests/bench/load/publisher.h"
#include "tests/bench/load/receiver.h"
#include "tests/bench/load/watch.h"

G_BEGIN_DECLS

#define CLASS_MAX 64

/* What came to one of one publisher's tracks. */
typedef struct {
    guint64 first, last; /* numbers; 0: nothing came */
    guint64 n;
} ClassRun;

typedef struct {
    LoadReceiver receiver; /* first; of it session, feedback and SSRC are used */
    struct Class *class;
    ClassRun runs[CLASS_MAX][LOAD_N_KINDS]; /* inside the window */
} ClassWatcher;

typedef struct Class {
    LoadOptions teacher, classroom; /* what each sends */
    guint n;                        /* with the teacher, who is the first */
    char *url;
    CcDtlsIdentity *identity;
    LoadPoller *poller;
    LoadFeedbackWheel *wheel;
    LoadRoom rooms[CLASS_MAX]; /* what each has sent when */
    LoadPublisher publishers[CLASS_MAX];
    ClassWatcher watchers[CLASS_MAX];
    guint on_stage[2]; /* numbers of classrooms, once known; 0: nobody */
    gboolean measuring;
    guint64 forwarded, damaged;
    LoadHistogram *latency[LOAD_N_KINDS];
} Class;

/* Asks the relay for all sessions, one after the other; blocks. Error: it refused one. */
gboolean class_sign_in(Class *class, GError **error);
/* Packet of @length bytes for @watcher came at @arrival_ns. */
void class_watcher_take(ClassWatcher *watcher, guint8 *packet, gsize length, gint64 arrival_ns);

G_END_DECLS
