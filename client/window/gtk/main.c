/* `classcast-window`: the window of `classcast send` or `recv`, which starts it and hands over a
 * socket and the memory for pictures (client/window/window-process.h). Ends when the program does.
 */
#include <fcntl.h>
#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <locale.h>
#include <malloc.h>
#include <string.h>
#include <sysexits.h>

#include "client/window/channel.h"
#include "client/window/gtk/classroom-window.h"
#include "client/window/gtk/host.h"
#include "client/window/gtk/shared-picture.h"
#include "client/window/gtk/style.h"
#include "client/window/gtk/teacher-window.h"
#include "client/window/gtk/x11-painter.h"
#include "client/window/shared-pictures.h"
#include "client/window/window-process.h"

#define CHANNEL_FD 3
#define PICTURES_FD 4
#define KEPT_MEMORY (64 * 1024 * 1024) /* what drawing needs again for each picture */

typedef struct {
    GMainLoop *loop;
    CcChannel *channel;
    CcHost host;
    CcX11Painter *painter; /* or NULL: the toolkit draws pictures */
    CcSharedPictures *pictures[CC_WINDOW_SLOTS];
    CcClassroomWindow *classroom; /* one of both */
    CcTeacherWindow *teacher;
} Program;

static void
say(const char *name, GVariant *value, gpointer user_data)
{
    Program *program = user_data;
    if (program->channel != NULL)
        cc_channel_send(program->channel, name, value);
    else
        g_variant_unref(g_variant_ref_sink(value));
}

/* Nobody looks at the picture any more. */
static void
on_released(guint slot, guint place, gpointer user_data)
{
    say("shown", g_variant_new("(uu)", slot, place), user_data);
}

static void
on_picture(Program *program, GVariant *value)
{
    guint slot, place, width, height;
    g_variant_get(value, "(uuuu)", &slot, &place, &width, &height);
    if (slot >= CC_WINDOW_SLOTS || place >= CC_SHARED_PICTURES_KEPT || width == 0 || height == 0 ||
        (gsize)width * height * 4 > CC_SHARED_PICTURES_BYTES)
        return;
    cairo_surface_t *picture =
        cc_shared_picture_new(cc_shared_pictures_data(program->pictures[slot], place), slot, place,
                              (int)width, (int)height, on_released, program);
    if (program->teacher != NULL)
        cc_teacher_window_set_picture(program->teacher, slot, picture);
    else
        cc_classroom_window_set_picture(program->classroom, slot, picture);
    cairo_surface_destroy(picture);
}

static void
on_view(Program *program, GVariant *value)
{
    if (program->teacher != NULL) {
        g_autofree CcTeacherView *view = g_new0(CcTeacherView, 1);
        cc_teacher_view_read(view, value);
        cc_teacher_window_show(program->teacher, view);
    } else {
        CcClassroomView view;
        cc_classroom_view_read(&view, value);
        cc_classroom_window_show(program->classroom, &view);
    }
}

static void
on_level(Program *program, GVariant *value)
{
    double level, peak;
    guint audibility;
    g_variant_get(value, "(ddu)", &level, &peak, &audibility);
    if (program->teacher != NULL)
        cc_teacher_window_show_level(program->teacher, level, (CcAudibility)audibility);
}

static void
on_received(const char *name, GVariant *value, gpointer user_data)
{
    static const struct {
        const char *name, *type;
        void (*handle)(Program *program, GVariant *value);
    } messages[] = {{"picture", "(uuuu)", on_picture},
                    {"view", "a{sv}", on_view},
                    {"level", "(ddu)", on_level}};
    Program *program = user_data;
    if (name == NULL) {
        g_main_loop_quit(program->loop);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++)
        if (strcmp(name, messages[i].name) == 0 &&
            g_variant_is_of_type(value, G_VARIANT_TYPE(messages[i].type)))
            messages[i].handle(program, value);
}

static gboolean
open_pictures(Program *program)
{
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++)
        if ((program->pictures[i] = cc_shared_pictures_open(PICTURES_FD + (int)i)) == NULL)
            return FALSE;
    return TRUE;
}

static void
open_window(Program *program, gboolean teacher, gboolean fullscreen)
{
    int fds[CC_WINDOW_SLOTS];
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++)
        fds[i] = cc_shared_pictures_fd(program->pictures[i]);
    program->painter = cc_x11_painter_new(gdk_display_get_default(), fds);
    program->host.painter = program->painter;
    cc_style_load();
    if (teacher)
        program->teacher = cc_teacher_window_new(&program->host, fullscreen);
    else
        program->classroom = cc_classroom_window_new(&program->host, fullscreen);
    say("ready", g_variant_new_boolean(TRUE), program);
    gtk_window_present(teacher ? cc_teacher_window_get(program->teacher)
                               : cc_classroom_window_get(program->classroom));
}

int
main(int argc, char **argv)
{
    mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY);
    mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, CC_LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_set_prgname("classcast");
    Program program = {.host = {.say = say}};
    if (argc != 3 || !open_pictures(&program)) {
        g_printerr("%s\n", _("classcast-window is started by classcast send and classcast recv."));
        return EX_USAGE;
    }
    program.host.user_data = &program;
    if (!gtk_init_check())
        return EX_UNAVAILABLE;
    program.loop = g_main_loop_new(NULL, FALSE);
    program.channel = cc_channel_new(CHANNEL_FD, on_received, &program);
    open_window(&program, strcmp(argv[1], "teacher") == 0, strcmp(argv[2], "fullscreen") == 0);
    g_main_loop_run(program.loop);
    cc_classroom_window_free(program.classroom);
    cc_teacher_window_free(program.teacher);
    cc_x11_painter_free(program.painter);
    g_clear_pointer(&program.channel, cc_channel_free); /* pictures may still come back */
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++)
        cc_shared_pictures_free(program.pictures[i]);
    g_main_loop_unref(program.loop);
    return EX_OK;
}
