#define CC_LOG_AREA "window"
#include "client/window/window-process.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/window/channel.h"
#include "client/window/shared-pictures.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define PROGRAM "classcast-window"
#define START_TIMEOUT_MS 10000 /* a cold disk has to bring the whole toolkit */
#define RESEND_MS 100
#define FIRST_RESTART_MS 500
#define SLOWEST_RESTART_MS 20000
#define STAYED_US (10 * G_USEC_PER_SEC) /* then it had come for good */

struct CcWindowProcess {
    CcWindowKind kind;
    gboolean fullscreen;
    CcWindowActions actions;
    gpointer actor;
    CcWindowProcessCallbacks callbacks;
    gpointer user_data;
    char *program;
    GSubprocess *child; /* or NULL */
    gboolean ready, closed;
    gint64 started_us;
    guint restart_ms, restart_timer, resend_timer;
    GVariant *view; /* the newest, or NULL */
    CcSharedPictures *pictures[CC_WINDOW_SLOTS];
    GMutex lock;        /* guards the pointer against other threads */
    CcChannel *channel; /* or NULL */
};

/* Beside this program, as in a build directory, or where it was installed. (transfer full) */
static char *
find_program(void)
{
    if (g_getenv("CLASSCAST_WINDOW") != NULL)
        return g_strdup(g_getenv("CLASSCAST_WINDOW"));
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : NULL;
    const char *const folders[] = {folder, CC_LIBEXEC_DIR};
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        if (folders[i] == NULL)
            continue;
        g_autofree char *path = g_build_filename(folders[i], PROGRAM, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
            return g_steal_pointer(&path);
    }
    return NULL;
}

static void
drop_channel(CcWindowProcess *process)
{
    g_mutex_lock(&process->lock);
    CcChannel *channel = g_steal_pointer(&process->channel);
    g_mutex_unlock(&process->lock);
    cc_channel_free(channel);
}

static void on_received(const char *name, GVariant *value, gpointer user_data);

static gboolean
start(CcWindowProcess *process, GError **error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "no socket for the window");
        return FALSE;
    }
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    /* Its own drawing: OpenGL on a PC without a driver for it is emulated on the processor. */
    g_subprocess_launcher_setenv(launcher, "GSK_RENDERER", "cairo", FALSE);
    g_subprocess_launcher_take_fd(launcher, ends[1], 3);
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++) {
        cc_shared_pictures_release_all(process->pictures[i]);
        g_subprocess_launcher_take_fd(launcher, dup(cc_shared_pictures_fd(process->pictures[i])),
                                      (int)(4 + i));
    }
    process->ready = FALSE;
    process->started_us = g_get_monotonic_time();
    g_clear_object(&process->child);
    process->child =
        g_subprocess_launcher_spawn(launcher, error, process->program,
                                    process->kind == CC_WINDOW_TEACHER ? "teacher" : "classroom",
                                    process->fullscreen ? "fullscreen" : "window", NULL);
    if (process->child == NULL) {
        close(ends[0]);
        return FALSE;
    }
    g_mutex_lock(&process->lock);
    process->channel = cc_channel_new(ends[0], on_received, process);
    g_mutex_unlock(&process->lock);
    return TRUE;
}

static gboolean
on_restart(gpointer user_data)
{
    CcWindowProcess *process = user_data;
    g_autoptr(GError) error = NULL;
    process->restart_timer = 0;
    if (!start(process, &error)) {
        cc_warning_limited("the window does not come back: %s", error->message);
        process->restart_timer = g_timeout_add(process->restart_ms, on_restart, process);
    }
    return G_SOURCE_REMOVE;
}

/* The display has gone, or the window's program failed. */
static void
on_lost(CcWindowProcess *process)
{
    gboolean had_come = process->ready;
    drop_channel(process);
    process->ready = FALSE;
    if (process->closed)
        return;
    if (had_come)
        cc_warning("the window has gone; the sound goes on, and the window is opened again");
    if (g_get_monotonic_time() - process->started_us > STAYED_US)
        process->restart_ms = FIRST_RESTART_MS;
    if (process->view == NULL && !had_come)
        return; /* it was the first attempt, and the caller waits for it */
    process->restart_timer = g_timeout_add(process->restart_ms, on_restart, process);
    process->restart_ms = MIN(process->restart_ms * 2, SLOWEST_RESTART_MS);
}

static gboolean on_resend(gpointer user_data);

static void
send_view(CcWindowProcess *process)
{
    if (process->channel == NULL || process->view == NULL || !process->ready ||
        process->resend_timer != 0)
        return;
    if (!cc_channel_send(process->channel, "view", process->view))
        process->resend_timer = g_timeout_add(RESEND_MS, on_resend, process);
}

static gboolean
on_resend(gpointer user_data)
{
    CcWindowProcess *process = user_data;
    process->resend_timer = 0;
    send_view(process);
    return G_SOURCE_REMOVE;
}

static void
on_ready(CcWindowProcess *process)
{
    process->ready = TRUE;
    cc_info("window opened pid=%s", g_subprocess_get_identifier(process->child));
    send_view(process);
}

static void
on_closed(CcWindowProcess *process)
{
    process->closed = TRUE;
    if (process->actions.closed != NULL)
        process->actions.closed(process->actor);
}

static void
on_shown(CcWindowProcess *process, GVariant *value)
{
    guint slot, place;
    g_variant_get(value, "(uu)", &slot, &place);
    if (slot < CC_WINDOW_SLOTS)
        cc_shared_pictures_release(process->pictures[slot], place);
}

static void
on_volume(CcWindowProcess *process, GVariant *value)
{
    double volume;
    gboolean muted;
    g_variant_get(value, "(db)", &volume, &muted);
    if (process->callbacks.volume != NULL && volume >= 0 && volume <= 1)
        process->callbacks.volume(volume, muted, process->user_data);
}

static void
on_device(CcWindowProcess *process, GVariant *value)
{
    const char *kind, *id;
    g_variant_get(value, "(&s&s)", &kind, &id);
    if (process->callbacks.device != NULL)
        process->callbacks.device(kind, id, process->user_data);
}

static void
on_size(CcWindowProcess *process, GVariant *value)
{
    guint slot, width, height;
    g_variant_get(value, "(uuu)", &slot, &width, &height);
    if (process->callbacks.size != NULL && slot < CC_WINDOW_SLOTS && width > 0 && height > 0)
        process->callbacks.size(slot, width, height, process->user_data);
}

static void
on_hand(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.hand != NULL)
        process->actions.hand(process->actor);
}

static void
on_talk(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.talk != NULL)
        process->actions.talk(process->actor);
}

static void
on_layout(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.layout != NULL)
        process->actions.layout(process->actor);
}

static void
on_lower_hand(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.lower_hand != NULL)
        process->actions.lower_hand(g_variant_get_string(value, NULL), process->actor);
}

static void
on_call(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.call != NULL)
        process->actions.call(g_variant_get_string(value, NULL), process->actor);
}

static void
on_thank(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.thank != NULL)
        process->actions.thank(g_variant_get_string(value, NULL), process->actor);
}

static void
on_mute(CcWindowProcess *process, GVariant *value)
{
    const char *participant;
    gboolean muted;
    g_variant_get(value, "(&sb)", &participant, &muted);
    if (process->actions.mute != NULL)
        process->actions.mute(participant, muted, process->actor);
}

static void
on_over(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.over != NULL)
        process->actions.over(process->actor);
}

static void
on_turn(CcWindowProcess *process, GVariant *value)
{
    guint turn = g_variant_get_uint32(value);
    if (process->actions.turn != NULL && turn <= CC_TURN_BLANK)
        process->actions.turn((CcTurn)turn, process->actor);
}

static void
on_key(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.key != NULL)
        process->actions.key((char)g_variant_get_byte(value), process->actor);
}

static void
on_write(CcWindowProcess *process, GVariant *value)
{
    guint number;
    const char *text;
    g_variant_get(value, "(u&s)", &number, &text);
    if (process->actions.write != NULL)
        process->actions.write(number, text, process->actor);
}

static void
on_let_write(CcWindowProcess *process, GVariant *value)
{
    if (process->actions.let_write != NULL)
        process->actions.let_write(g_variant_get_boolean(value), process->actor);
}

static void
on_mute_writer(CcWindowProcess *process, GVariant *value)
{
    const char *participant;
    gboolean muted;
    g_variant_get(value, "(&sb)", &participant, &muted);
    if (process->actions.mute_writer != NULL)
        process->actions.mute_writer(participant, muted, process->actor);
}

static void
on_received(const char *name, GVariant *value, gpointer user_data)
{
    static const struct {
        const char *name, *type;
        void (*handle)(CcWindowProcess *process, GVariant *value);
    } messages[] = {
        {"shown", "(uu)", on_shown},
        {"size", "(uuu)", on_size},
        {"hand", "b", on_hand},
        {"volume", "(db)", on_volume},
        {"device", "(ss)", on_device},
        {"lower-hand", "s", on_lower_hand},
        {"talk", "b", on_talk},
        {"layout", "b", on_layout},
        {"call", "s", on_call},
        {"thank", "s", on_thank},
        {"mute", "(sb)", on_mute},
        {"over", "b", on_over},
        {"turn", "u", on_turn},
        {"key", "y", on_key},
        {"write", "(us)", on_write},
        {"let-write", "b", on_let_write},
        {"mute-writer", "(sb)", on_mute_writer},
    };
    CcWindowProcess *process = user_data;
    if (name == NULL) {
        on_lost(process);
        return;
    }
    if (strcmp(name, "ready") == 0) {
        on_ready(process);
        return;
    }
    if (strcmp(name, "closed") == 0) {
        on_closed(process);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++)
        if (strcmp(name, messages[i].name) == 0 &&
            g_variant_is_of_type(value, G_VARIANT_TYPE(messages[i].type)))
            messages[i].handle(process, value);
}

static gboolean
wait_until_ready(CcWindowProcess *process, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)START_TIMEOUT_MS * 1000;
    while (!process->ready && process->channel != NULL) {
        gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;
        if (left_ms <= 0 || !cc_channel_wait(process->channel, (int)left_ms))
            break;
    }
    if (process->ready)
        return TRUE;
    g_set_error(error, CC_ERROR, CC_ERROR_MEDIA,
                process->channel == NULL ? "%s finds no display" : "%s does not start", PROGRAM);
    return FALSE;
}

CcWindowProcess *
cc_window_process_new(CcWindowKind kind, gboolean fullscreen, const CcWindowActions *actions,
                      gpointer actor, const CcWindowProcessCallbacks *callbacks, gpointer user_data,
                      GError **error)
{
    g_autoptr(CcWindowProcess) process = g_new0(CcWindowProcess, 1);
    g_mutex_init(&process->lock);
    process->kind = kind;
    process->fullscreen = fullscreen;
    process->actions = *actions;
    process->actor = actor;
    process->callbacks = *callbacks;
    process->user_data = user_data;
    process->restart_ms = FIRST_RESTART_MS;
    process->program = find_program();
    if (process->program == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "%s is not installed", PROGRAM);
        return NULL;
    }
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++)
        if ((process->pictures[i] = cc_shared_pictures_new(error)) == NULL)
            return NULL;
    if (!start(process, error) || !wait_until_ready(process, error))
        return NULL;
    return g_steal_pointer(&process);
}

static void
show(CcWindowProcess *process, GVariant *view)
{
    g_variant_ref_sink(view);
    gboolean same = process->view != NULL && g_variant_equal(process->view, view);
    g_clear_pointer(&process->view, g_variant_unref);
    process->view = view;
    if (!same)
        send_view(process);
}

void
cc_window_process_show_classroom(CcWindowProcess *process, const CcClassroomView *view)
{
    show(process, cc_classroom_view_write(view));
}

void
cc_window_process_show_teacher(CcWindowProcess *process, const CcTeacherView *view)
{
    show(process, cc_teacher_view_write(view));
}

void
cc_window_process_show_level(CcWindowProcess *process, double level, double peak, guint judgement)
{
    if (process->channel != NULL && process->ready)
        cc_channel_send(process->channel, "level", g_variant_new("(ddu)", level, peak, judgement));
}

gboolean
cc_window_process_picture(CcWindowProcess *process, guint slot, const guint8 *data, guint width,
                          guint height, gsize stride)
{
    gsize line = (gsize)width * 4;
    g_return_val_if_fail(slot < CC_WINDOW_SLOTS && line * height <= CC_SHARED_PICTURES_BYTES,
                         FALSE);
    CcSharedPictures *pictures = process->pictures[slot];
    g_mutex_lock(&process->lock);
    int place = process->channel != NULL ? cc_shared_pictures_take(pictures) : -1;
    gboolean sent = FALSE;
    if (place >= 0) {
        guint8 *to = cc_shared_pictures_data(pictures, (guint)place);
        for (guint y = 0; y < height; y++)
            memcpy(to + y * line, data + y * stride, line);
        sent = cc_channel_send(process->channel, "picture",
                               g_variant_new("(uuuu)", slot, (guint)place, width, height));
        if (!sent)
            cc_shared_pictures_release(pictures, (guint)place);
    }
    g_mutex_unlock(&process->lock);
    return sent;
}

GPid
cc_window_process_pid(const CcWindowProcess *process)
{
    const char *identifier =
        process->child != NULL ? g_subprocess_get_identifier(process->child) : NULL;
    return identifier != NULL ? (GPid)g_ascii_strtoll(identifier, NULL, 10) : 0;
}

void
cc_window_process_free(CcWindowProcess *process)
{
    if (process == NULL)
        return;
    g_clear_handle_id(&process->restart_timer, g_source_remove);
    g_clear_handle_id(&process->resend_timer, g_source_remove);
    drop_channel(process); /* at which it ends */
    g_clear_object(&process->child);
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++)
        cc_shared_pictures_free(process->pictures[i]);
    g_clear_pointer(&process->view, g_variant_unref);
    g_free(process->program);
    g_mutex_clear(&process->lock);
    g_free(process);
}

gboolean
cc_window_process_has_display(void)
{
    return g_getenv("DISPLAY") != NULL || g_getenv("WAYLAND_DISPLAY") != NULL;
}
