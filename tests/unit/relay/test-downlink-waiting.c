/* Whether a picture may leave at once, or joins what waits. */
#include "relay/media/downlink.h"
#include "relay/media/source.h"

typedef struct {
    CcDownlink downlink;
    CcSource screen, camera;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->downlink.adapts = TRUE; /* its pacer lets everything pass */
    fixture->screen.kind = fixture->camera.kind = CC_MEDIA_VIDEO;
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_downlink_forget_all(&fixture->downlink);
}

static void
choke(Fixture *fixture, CcVideoLine line)
{
    fixture->downlink.choked |= (guint8)(1u << line);
}

static gboolean
is_open(Fixture *fixture, CcVideoLine line)
{
    return cc_downlink_is_open(&fixture->downlink, line, G_USEC_PER_SEC);
}

/* Of one line pictures were left out when its source fell silent: the other one's do not go the
 * long way because of that. */
static void
test_lines_apart(Fixture *fixture, gconstpointer data)
{
    for (guint line = 0; line < CC_N_VIDEO_LINES; line++) {
        CcVideoLine other =
            line == CC_VIDEO_LINE_SLIDES ? CC_VIDEO_LINE_FACES : CC_VIDEO_LINE_SLIDES;
        choke(fixture, line);
        g_assert_false(is_open(fixture, line));
        g_assert_true(is_open(fixture, other));
        cc_downlink_forget_all(&fixture->downlink);
        g_assert_true(is_open(fixture, line));
    }
}

/* The screen ends while its pictures are left out: whoever comes next in its line finds it open. */
static void
test_source_goes(Fixture *fixture, gconstpointer data)
{
    CcSource voice = {.kind = CC_MEDIA_AUDIO};
    choke(fixture, CC_VIDEO_LINE_SLIDES);
    cc_downlink_forget_source(&fixture->downlink, &voice);
    g_assert_false(is_open(fixture, CC_VIDEO_LINE_SLIDES));
    cc_downlink_forget_source(&fixture->downlink, &fixture->screen);
    g_assert_true(is_open(fixture, CC_VIDEO_LINE_SLIDES));
}

/* But not where another source's pictures were left out, which is still to be told. */
static void
test_mark_stays(Fixture *fixture, gconstpointer data)
{
    CcDownlink *downlink = &fixture->downlink;
    CcSource guest = {.kind = CC_MEDIA_VIDEO};
    downlink->queue = cc_video_queue_new();
    cc_video_queue_push(downlink->queue, CC_VIDEO_LINE_FACES, &guest, NULL);
    cc_video_queue_push(downlink->queue, CC_VIDEO_LINE_FACES, &fixture->camera, NULL);
    cc_video_queue_push(downlink->queue, CC_VIDEO_LINE_SLIDES, &fixture->screen, NULL);
    choke(fixture, CC_VIDEO_LINE_SLIDES);
    choke(fixture, CC_VIDEO_LINE_FACES);
    cc_downlink_forget_source(downlink, &guest);
    g_assert_cmpuint(downlink->choked, ==, 1u << CC_VIDEO_LINE_SLIDES | 1u << CC_VIDEO_LINE_FACES);
    cc_downlink_forget_source(downlink, &fixture->screen);
    g_assert_cmpuint(downlink->choked, ==, 1u << CC_VIDEO_LINE_FACES);
    cc_downlink_forget_source(downlink, &fixture->camera);
    g_assert_cmpuint(downlink->choked, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/downlink-waiting/lines-apart", Fixture, NULL, set_up, test_lines_apart, tear_down);
    g_test_add("/downlink-waiting/source-goes", Fixture, NULL, set_up, test_source_goes, tear_down);
    g_test_add("/downlink-waiting/mark-stays", Fixture, NULL, set_up, test_mark_stays, tear_down);
    return g_test_run();
}
