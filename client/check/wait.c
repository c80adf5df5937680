#include "client/check/wait.h"

#include "common/base/clock.h"

static gboolean
on_time(gpointer user_data)
{
    *(gboolean *)user_data = TRUE;
    return G_SOURCE_CONTINUE;
}

gboolean
cc_wait_ms(const gboolean *done, guint ms)
{
    gboolean over = FALSE;
    guint timer = g_timeout_add(ms, on_time, &over);
    while (!over && (done == NULL || !*done))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    return done != NULL && *done;
}

struct CcDeadline {
    GCancellable *cancellable;
    GThread *thread;
    GMutex lock;
    GCond changed;
    gboolean ended;
    gint64 until_us;
};

static gpointer
watch(gpointer data)
{
    CcDeadline *deadline = data;
    g_mutex_lock(&deadline->lock);
    while (!deadline->ended &&
           g_cond_wait_until(&deadline->changed, &deadline->lock, deadline->until_us))
        ;
    gboolean late = !deadline->ended;
    g_mutex_unlock(&deadline->lock);
    if (late)
        g_cancellable_cancel(deadline->cancellable);
    return NULL;
}

CcDeadline *
cc_deadline_new(guint ms)
{
    CcDeadline *deadline = g_new0(CcDeadline, 1);
    deadline->cancellable = g_cancellable_new();
    deadline->until_us = cc_clock_now_us() + ms * (gint64)1000;
    g_mutex_init(&deadline->lock);
    g_cond_init(&deadline->changed);
    deadline->thread = g_thread_new("deadline", watch, deadline);
    return deadline;
}

GCancellable *
cc_deadline_cancellable(CcDeadline *deadline)
{
    return deadline->cancellable;
}

void
cc_deadline_free(CcDeadline *deadline)
{
    if (deadline == NULL)
        return;
    g_mutex_lock(&deadline->lock);
    deadline->ended = TRUE;
    g_cond_signal(&deadline->changed);
    g_mutex_unlock(&deadline->lock);
    g_thread_join(deadline->thread);
    g_object_unref(deadline->cancellable);
    g_mutex_clear(&deadline->lock);
    g_cond_clear(&deadline->changed);
    g_free(deadline);
}
