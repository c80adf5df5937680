/* A window in a process of its own (`classcast-window`), so that whatever happens to it, its
 * toolkit, the graphics driver or the display, the lesson's sound goes on. If it ends by itself it
 * is started again. Main thread, except cc_window_process_picture(): any thread. */
#pragma once

#include "client/deck/presenter.h"
#include "client/window/view.h"

G_BEGIN_DECLS

/* Of pictures; several of one slot are put together before they come here. */
#define CC_WINDOW_PICTURE 0 /* the lesson; the teacher herself */
#define CC_WINDOW_GUESTS 1  /* whom the teacher has called on */
#define CC_WINDOW_SLOTS 2

typedef struct CcWindowProcess CcWindowProcess;

typedef enum { CC_WINDOW_CLASSROOM, CC_WINDOW_TEACHER } CcWindowKind;

/* What people do there, for whoever gives the lesson or hears it; main thread. Those that do not
 * matter may be NULL. */
typedef struct {
    void (*closed)(gpointer user_data); /* closed by hand: it does not come back by itself */
    void (*hand)(gpointer user_data);
    void (*talk)(gpointer user_data);   /* our microphone, open or not */
    void (*layout)(gpointer user_data); /* another one */
    /* The teacher's. */
    void (*lower_hand)(const char *participant, gpointer user_data);
    void (*call)(const char *participant, gpointer user_data);
    void (*thank)(const char *participant, gpointer user_data);
    void (*mute)(const char *participant, gboolean muted, gpointer user_data);
    void (*over)(gpointer user_data);
    void (*turn)(CcTurn turn, gpointer user_data); /* a page */
    void (*key)(char key, gpointer user_data);     /* a letter or digit: client/send/calling.h */
    /* Chat. @number: of the text; the view tells what has become of it. */
    void (*write)(guint number, const char *text, gpointer user_data);
    void (*let_write)(gboolean on, gpointer user_data); /* classrooms */
    void (*mute_writer)(const char *participant, gboolean muted, gpointer user_data);
} CcWindowActions;

/* What changes the window itself; main thread. Those that do not matter may be NULL. */
typedef struct {
    void (*volume)(double volume, gboolean muted, gpointer user_data);
    /* @kind: "speaker", "microphone" or "camera". */
    void (*device)(const char *kind, const char *id, gpointer user_data);
    /* A picture of @slot is drawn at @width x @height device pixels, borders included. */
    void (*size)(guint slot, guint width, guint height, gpointer user_data);
} CcWindowProcessCallbacks;

/* NULL if there is no such program here, or if it finds no display: @error says which. Waits until
 * the window has come, or has failed, a few seconds at most. @actor: of @actions, @user_data: of
 * @callbacks. */
CcWindowProcess *cc_window_process_new(CcWindowKind kind, gboolean fullscreen,
                                       const CcWindowActions *actions, gpointer actor,
                                       const CcWindowProcessCallbacks *callbacks,
                                       gpointer user_data, GError **error);
void cc_window_process_free(CcWindowProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcWindowProcess, cc_window_process_free)

void cc_window_process_show_classroom(CcWindowProcess *process, const CcClassroomView *view);
void cc_window_process_show_teacher(CcWindowProcess *process, const CcTeacherView *view);
/* The microphone: @level and @peak 0..1 on the meter; @judgement: a CcAudibility. */
void cc_window_process_show_level(CcWindowProcess *process, double level, double peak,
                                  guint judgement);
/* BGRA, @stride bytes a line, at most CC_SHARED_PICTURES_MAX_*. FALSE: it is not shown, for the
 * window is busy, or away. */
gboolean cc_window_process_picture(CcWindowProcess *process, guint slot, const guint8 *data,
                                   guint width, guint height, gsize stride);
/* The window's process; 0: there is none at the moment. */
GPid cc_window_process_pid(const CcWindowProcess *process);

/* Whether there is a display at all that a window could be on. */
gboolean cc_window_process_has_display(void);

G_END_DECLS
