/* What travels between a program and its window. */
#include <sys/socket.h>
#include <unistd.h>

#include "client/window/channel.h"
#include "client/window/shared-pictures.h"
#include "client/window/view.h"

static void
test_classroom_view(void)
{
    CcClassroomView view = {.state = CC_CONNECTION_AWAY,
                            .link = {.known = TRUE,
                                     .estimate_kbps = 64,
                                     .loss = 0.25,
                                     .rtt_ms = 600,
                                     .picture = CC_PICTURE_PAUSED,
                                     .reason = CC_GIVEN_UP_FOR_LOSS},
                            .talk = {.called = TRUE, .hushed = TRUE, .has_microphone = TRUE},
                            .hand_raised = TRUE,
                            .several = TRUE,
                            .chat = "虎力: 老师好",
                            .school = "湖里希望小学",
                            .lesson = "math",
                            .volume = 0.4,
                            .muted = TRUE,
                            .microphones = {.chosen = "auto", .missing = TRUE},
                            .speakers = {.chosen = "hdmi"}};
    cc_view_add_device(&view.cameras, "usb", "HD Webcam");
    cc_view_add_device(&view.speakers, "auto", "Automatic");
    cc_view_add_device(&view.speakers, "hdmi", "Projector");
    g_autoptr(GVariant) value = g_variant_ref_sink(cc_classroom_view_write(&view));
    CcClassroomView read;
    cc_classroom_view_read(&read, value);
    g_assert_cmpint(read.state, ==, CC_CONNECTION_AWAY);
    g_assert_true(read.link.known && read.hand_raised && read.muted && read.several);
    g_assert_cmpstr(read.chat, ==, "虎力: 老师好");
    g_assert_true(read.talk.called && read.talk.hushed && read.talk.has_microphone);
    g_assert_false(read.talk.muted || read.talk.visible);
    g_assert_cmpint(read.link.picture, ==, CC_PICTURE_PAUSED);
    g_assert_cmpint(read.link.reason, ==, CC_GIVEN_UP_FOR_LOSS);
    g_assert_cmpfloat(read.link.loss, ==, 0.25);
    g_assert_cmpint(read.link.rtt_ms, ==, 600);
    g_assert_cmpstr(read.school, ==, "湖里希望小学");
    g_assert_cmpstr(read.lesson, ==, "math");
    g_assert_cmpfloat(read.volume, ==, 0.4);
    g_assert_cmpstr(cc_view_device_name(&read.cameras, "usb"), ==, "HD Webcam");
    g_assert_cmpstr(cc_view_device_name(&read.cameras, "other"), ==, "");
    g_assert_true(read.microphones.missing && !read.speakers.missing);
    g_assert_cmpuint(read.speakers.n, ==, 2);
    g_assert_cmpstr(read.speakers.all[1].name, ==, "Projector");
    g_assert_cmpstr(read.speakers.chosen, ==, "hdmi");
}

static void
test_teacher_view(void)
{
    g_autofree CcTeacherView *view = g_new0(CcTeacherView, 1), *read = g_new0(CcTeacherView, 1);
    view->n_classrooms = 2;
    view->has_guests = view->several = TRUE;
    view->page = 3;
    view->n_pages = 24;
    view->classrooms[0] = (CcViewClassroom){
        .id = "c1", .name = "河滩小学", .ready = TRUE, .on_stage = TRUE, .muted = TRUE};
    view->classrooms[1] =
        (CcViewClassroom){.id = "c2", .name = "", .hand = TRUE, .hand_s = 70, .ready = TRUE};
    view->chat = (CcViewChat){
        .n_lines = 2,
        .on = TRUE,
        .hindrance = CC_CHAT_REFUSED_NO_LESSON,
        .answered = 3,
        .refusal = CC_CHAT_REFUSED_TOO_OFTEN,
        .lines = {{.time_ms = G_MAXINT64,
                   .id = "c1",
                   .name = "河滩小学",
                   .text = "<b>老师好</b>",
                   .muted = TRUE},
                  {.time_ms = 2, .id = "", .name = "", .text = "a", .teacher = TRUE, .own = TRUE}}};
    g_autoptr(GVariant) value = g_variant_ref_sink(cc_teacher_view_write(view));
    cc_teacher_view_read(read, value);
    g_assert_true(read->chat.on);
    g_assert_cmpint(read->chat.hindrance, ==, CC_CHAT_REFUSED_NO_LESSON);
    g_assert_cmpuint(read->chat.answered, ==, 3);
    g_assert_cmpint(read->chat.refusal, ==, CC_CHAT_REFUSED_TOO_OFTEN);
    g_assert_cmpuint(read->chat.n_lines, ==, 2);
    g_assert_cmpint(read->chat.lines[0].time_ms, ==, G_MAXINT64);
    g_assert_cmpstr(read->chat.lines[0].id, ==, "c1");
    g_assert_cmpstr(read->chat.lines[0].name, ==, "河滩小学");
    g_assert_cmpstr(read->chat.lines[0].text, ==, "<b>老师好</b>");
    g_assert_true(read->chat.lines[0].muted && !read->chat.lines[0].own);
    g_assert_true(read->chat.lines[1].teacher && read->chat.lines[1].own);
    g_assert_cmpuint(read->n_classrooms, ==, 2);
    g_assert_true(read->has_guests && read->several && !read->blank);
    g_assert_cmpuint(read->page, ==, 3);
    g_assert_cmpuint(read->n_pages, ==, 24);
    g_assert_cmpstr(read->classrooms[0].name, ==, "河滩小学");
    g_assert_true(read->classrooms[0].ready && read->classrooms[0].on_stage);
    g_assert_true(read->classrooms[0].muted && !read->classrooms[0].hand);
    g_assert_true(read->classrooms[1].ready && read->classrooms[1].hand);
    g_assert_false(read->classrooms[1].on_stage || read->classrooms[1].muted);
    g_assert_cmpuint(read->classrooms[1].hand_s, ==, 70);
}

static void
test_empty_view(void)
{
    g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new_parsed("{'school': <7>}"));
    CcClassroomView read;
    cc_classroom_view_read(&read, value);
    g_assert_cmpstr(read.school, ==, "");
    g_assert_cmpint(read.state, ==, CC_CONNECTION_CONNECTING);
    g_assert_cmpuint(read.speakers.n, ==, 0);
    g_assert_cmpstr(read.speakers.chosen, ==, "");
}

static void
test_devices_are_limited(void)
{
    CcViewDevices devices = {0};
    for (guint i = 0; i < 2 * CC_VIEW_MAX_DEVICES; i++)
        cc_view_add_device(&devices, "id", "name");
    g_assert_cmpuint(devices.n, ==, CC_VIEW_MAX_DEVICES);
}

static void
test_pictures(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSharedPictures) ours = cc_shared_pictures_new(&error);
    g_assert_no_error(error);
    g_autoptr(CcSharedPictures) theirs = cc_shared_pictures_open(dup(cc_shared_pictures_fd(ours)));
    g_assert_nonnull(theirs);
    for (int i = 0; i < CC_SHARED_PICTURES_KEPT; i++)
        g_assert_cmpint(cc_shared_pictures_take(ours), ==, i);
    g_assert_cmpint(cc_shared_pictures_take(ours), ==, -1);
    cc_shared_pictures_data(ours, 2)[CC_SHARED_PICTURES_BYTES - 1] = 77;
    g_assert_cmpuint(cc_shared_pictures_data(theirs, 2)[CC_SHARED_PICTURES_BYTES - 1], ==, 77);
    cc_shared_pictures_release(ours, 2);
    cc_shared_pictures_release(ours, 99); /* no such place */
    g_assert_cmpint(cc_shared_pictures_take(ours), ==, 2);
    cc_shared_pictures_release_all(ours);
    g_assert_cmpint(cc_shared_pictures_take(ours), ==, 0);
    g_assert_null(cc_shared_pictures_data(ours, CC_SHARED_PICTURES_KEPT));
}

static void
test_no_pictures(void)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_null(cc_shared_pictures_open(ends[0]));
    close(ends[0]);
    close(ends[1]);
}

typedef struct {
    GString *heard;
    guint ends;
} Heard;

static void
on_heard(const char *name, GVariant *value, gpointer user_data)
{
    Heard *heard = user_data;
    if (name == NULL)
        heard->ends++;
    else
        g_string_append_printf(heard->heard, "%s=%s;", name, g_variant_get_string(value, NULL));
}

static void
test_channel(void)
{
    int ends[2];
    g_autoptr(GString) text = g_string_new(NULL);
    Heard heard = {text, 0}, unheard = {text, 0};
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), ==, 0);
    g_autoptr(CcChannel) here = cc_channel_new(ends[0], on_heard, &heard);
    CcChannel *there = cc_channel_new(ends[1], on_heard, &unheard);
    g_assert_true(cc_channel_send(there, "a", g_variant_new_string("1")));
    g_assert_true(cc_channel_send(there, "b", g_variant_new_string("二")));
    g_assert_true(cc_channel_wait(here, 10000));
    g_assert_true(cc_channel_wait(here, 10000));
    g_assert_cmpstr(text->str, ==, "a=1;b=二;");
    g_assert_false(cc_channel_wait(here, 0));
    cc_channel_free(there);
    while (heard.ends == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_false(cc_channel_send(here, "c", g_variant_new_string("3")));
    g_assert_false(cc_channel_wait(here, 0));
    g_assert_cmpuint(heard.ends, ==, 1);
}

/* Who does not read loses messages and holds nobody up. */
static void
test_full_channel(void)
{
    int ends[2];
    Heard nobody = {0};
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), ==, 0);
    g_autoptr(CcChannel) here = cc_channel_new(ends[0], on_heard, &nobody);
    g_autofree char *text = g_strnfill(64 * 1024, 'x');
    guint sent = 0;
    while (sent < 10000 && cc_channel_send(here, "a", g_variant_new_string(text)))
        sent++;
    g_assert_cmpuint(sent, <, 10000);
    close(ends[1]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/window/classroom-view", test_classroom_view);
    g_test_add_func("/window/teacher-view", test_teacher_view);
    g_test_add_func("/window/empty-view", test_empty_view);
    g_test_add_func("/window/devices-are-limited", test_devices_are_limited);
    g_test_add_func("/window/pictures", test_pictures);
    g_test_add_func("/window/no-pictures", test_no_pictures);
    g_test_add_func("/window/channel", test_channel);
    g_test_add_func("/window/full-channel", test_full_channel);
    return g_test_run();
}
