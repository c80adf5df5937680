/* How a link is doing, in words. */
#include "client/ui/link-words.h"

#include <locale.h>

#define HAND "已举手，等待老师点名\nHand raised: the teacher sees it"

typedef struct {
    CcLink link;
    const char *whole, *brief, *screen, *tail;
} Case;

static void
assert_text(char *text, const char *expected)
{
    g_autofree char *owned = text;
    g_assert_cmpstr(owned, ==, expected);
}

static void
test_words(void)
{
    static const Case cases[] = {
        {{0}, NULL, NULL, NULL, ""},
        {{.known = TRUE, .kbps = 900, .rtt_ms = 40, .picture = CC_PICTURE_WHOLE},
         NULL,
         NULL,
         NULL,
         "  round trip 40 ms"},
        {{.known = TRUE, .kbps = 900, .loss = 0.08, .rtt_ms = -1, .picture = CC_PICTURE_WHOLE},
         NULL,
         "loss 8 %",
         NULL,
         ""},
        {{.known = TRUE, .kbps = 30, .rtt_ms = 900, .tcp = TRUE, .picture = CC_PICTURE_UNKNOWN},
         NULL,
         "round trip 900 ms",
         NULL,
         "  round trip 900 ms  by TCP, since UDP is blocked"},
        {{.known = TRUE,
          .kbps = 30,
          .estimate_kbps = 40,
          .rtt_ms = -1,
          .picture = CC_PICTURE_PAUSED,
          .reason = CC_GIVEN_UP_FOR_RATE},
         "picture paused: the link carries only 40 kbit/s; voice goes on",
         "voice only, 40 kbit/s",
         "网络只有 40 kbit/s，暂停画面，声音继续\n"
         "Picture paused: the link carries only 40 kbit/s; the voice goes on",
         "  picture paused: the link carries only 40 kbit/s; voice goes on"},
        {{.known = TRUE,
          .kbps = 180,
          .estimate_kbps = 200,
          .rtt_ms = -1,
          .picture = CC_PICTURE_REDUCED,
          .reason = CC_GIVEN_UP_FOR_RATE},
         "smaller picture: the link carries only 200 kbit/s",
         "smaller picture, 200 kbit/s",
         NULL,
         "  smaller picture: the link carries only 200 kbit/s"},
        {{.known = TRUE,
          .kbps = 3,
          .rtt_ms = -1,
          .picture = CC_PICTURE_REDUCED,
          .reason = CC_GIVEN_UP_FOR_RATE},
         "smaller picture: what the link carries is not known yet",
         "smaller picture",
         NULL,
         "  smaller picture: what the link carries is not known yet"},
        {{.known = TRUE,
          .rtt_ms = -1,
          .picture = CC_PICTURE_PAUSED,
          .reason = CC_GIVEN_UP_FOR_RATE},
         "picture paused: what the link carries is not known yet; voice goes on",
         "voice only",
         "网络速率尚未测出，暂停画面，声音继续\n"
         "Picture paused: what the link carries is not known yet; the voice goes on",
         "  picture paused: what the link carries is not known yet; voice goes on"},
        {{.known = TRUE,
          .loss = 0.6,
          .rtt_ms = -1,
          .picture = CC_PICTURE_STILLS,
          .reason = CC_GIVEN_UP_FOR_LOSS},
         "picture in stills: the link loses 60 %",
         "picture in stills, loss 60 %",
         NULL,
         "  picture in stills: the link loses 60 %"},
        {{.known = TRUE,
          .rtt_ms = -1,
          .picture = CC_PICTURE_PAUSED,
          .reason = CC_GIVEN_UP_FOR_RELAY},
         "picture paused: the relay has too much to do; voice goes on",
         "voice only",
         "服务器繁忙，暂停画面，声音继续\n"
         "Picture paused: the relay is busy. The voice goes on",
         "  picture paused: the relay has too much to do; voice goes on"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        assert_text(cc_link_words(&c->link), c->whole);
        assert_text(cc_link_words_short(&c->link), c->brief);
        assert_text(cc_link_words_screen(&c->link, FALSE), c->screen);
        g_autofree char *raised = g_strconcat(c->screen != NULL ? c->screen : "",
                                              c->screen != NULL ? "\n" : "", HAND, NULL);
        assert_text(cc_link_words_screen(&c->link, TRUE), raised);
        assert_text(cc_link_words_tail(&c->link), c->tail);
    }
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link-words", test_words);
    return g_test_run();
}
