/* What the windows show, and what people do in them: plain values that travel between the program
 * and its window's process. A view is shown whole each time, so that a window that has come anew
 * knows everything. Pure; any thread. */
#pragma once

#include "client/connection.h"
#include "client/signalling/room-state.h"
#include "client/ui/talk-words.h"

G_BEGIN_DECLS

#define CC_VIEW_MAX_DEVICES 12
#define CC_VIEW_MAX_CLASSROOMS 64 /* that are drawn; the rest is counted */

/* Strings are borrowed: from the caller, or from the value that was read. */
typedef struct {
    const char *id, *name;
} CcViewDevice;

typedef struct {
    CcViewDevice all[CC_VIEW_MAX_DEVICES];
    guint n;
    const char *chosen; /* an id, or "auto" */
    gboolean missing;   /* it has gone, and no other one stands in for it */
} CcViewDevices;

/* What the classroom sees beside the lesson itself. */
typedef struct {
    CcConnectionState state;
    CcLink link;
    CcTalk talk;
    gboolean hand_raised;
    gboolean several; /* pictures: another layout makes a difference */
    const char *chat; /* what others have just written: lines, or "" */
    const char *school, *lesson;
    double volume; /* 0..1, as people hear it */
    gboolean muted;
    CcViewDevices cameras, microphones, speakers; /* the first two: if it may be called on */
} CcClassroomView;

/* One of the teacher's classrooms. */
typedef struct {
    const char *id, *name;
    guint hand_s; /* waits for so long; 0: no hand */
    gboolean hand;
    gboolean ready;           /* can be called on */
    gboolean on_stage, muted; /* the second: while it is there */
    CcLink link;
} CcViewClassroom;

typedef struct {
    gint64 time_ms;   /* UNIX time; tells lines apart */
    const char *id;   /* of who wrote it */
    const char *name; /* may be "" */
    const char *text;
    gboolean teacher;
    gboolean own;   /* she wrote it here */
    gboolean muted; /* who wrote it may not write any more */
} CcViewChatLine;

typedef struct {
    CcViewChatLine lines[CC_ROOM_CHAT_KEPT]; /* the oldest first */
    guint n_lines;
    gboolean on;             /* classrooms may write */
    CcChatRefusal hindrance; /* why she may not write now; NOT: she may */
    guint answered; /* the newest of her texts of which is known what became of it: a number */
    CcChatRefusal refusal; /* that; NOT: everybody has got it */
} CcViewChat;

typedef struct {
    CcConnectionState state;
    const char *message; /* what is wrong, or "" */
    const char *school, *lesson;
    guint uplink_kbps, elapsed_s;
    double loss; /* of the uplink; negative: unknown */
    int rtt_ms;  /* negative: unknown */
    gboolean has_sound, has_picture;
    gboolean has_guests; /* their pictures come */
    gboolean several;    /* of them: another layout makes a difference */
    guint page, n_pages; /* of the slides; from 1; 0 pages: there are none */
    gboolean blank;      /* the page is hidden */
    CcViewClassroom classrooms[CC_VIEW_MAX_CLASSROOMS];
    guint n_classrooms, n_more;
    CcViewChat chat;
    CcViewDevices cameras, microphones, speakers;
} CcTeacherView;

/* Floating. */
GVariant *cc_classroom_view_write(const CcClassroomView *view);
GVariant *cc_teacher_view_write(const CcTeacherView *view);
/* What is missing, or has another type, is empty. @view lives as long as @value. */
void cc_classroom_view_read(CcClassroomView *view, GVariant *value);
void cc_teacher_view_read(CcTeacherView *view, GVariant *value);

void cc_view_add_device(CcViewDevices *devices, const char *id, const char *name);
/* "" if there is no such one. */
const char *cc_view_device_name(const CcViewDevices *devices, const char *id);

G_END_DECLS
