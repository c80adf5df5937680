#include "client/ui/screen-words.h"

static const CcLink whole = {.known = TRUE, .picture = CC_PICTURE_WHOLE, .rtt_ms = 40};
static const CcLink paused = {.known = TRUE,
                              .picture = CC_PICTURE_PAUSED,
                              .reason = CC_GIVEN_UP_FOR_RATE,
                              .estimate_kbps = 40};

static void
test_nothing(void)
{
    g_assert_null(cc_screen_words(CC_CONNECTION_ON, &whole, FALSE, &(CcTalk){0}, NULL));
    g_assert_null(cc_screen_words(CC_CONNECTION_ON, &whole, FALSE, &(CcTalk){0}, ""));
}

static void
test_state(void)
{
    g_autofree char *words = cc_screen_words(CC_CONNECTION_WAITING, &paused, TRUE,
                                             &(CcTalk){.visible = TRUE}, "Huli: hello");
    g_assert_nonnull(strstr(words, "Waiting for the lesson"));
    g_assert_null(strstr(words, "Camera on"));
    g_assert_null(strstr(words, "Huli"));
}

/* What is live of the classroom itself stands first, and is never left out. */
static void
test_live_and_missing(void)
{
    CcTalk talk = {.called = TRUE, .has_microphone = TRUE, .visible = TRUE};
    g_autofree char *words = cc_screen_words(CC_CONNECTION_ON, &paused, TRUE, &talk, "Huli: hello");
    g_autofree char *live = cc_talk_words_screen(&talk);
    g_assert_true(g_str_has_prefix(words, live));
    g_assert_cmpuint(strlen(words), >, strlen(live));
    g_assert_nonnull(strstr(words, "\nHuli: hello\n")); /* between that and what is missing */
}

static void
test_hand(void)
{
    g_autofree char *alone = cc_screen_words(CC_CONNECTION_ON, &whole, TRUE, &(CcTalk){0}, NULL);
    g_autofree char *beside =
        cc_screen_words(CC_CONNECTION_ON, &whole, TRUE, &(CcTalk){.visible = TRUE}, NULL);
    g_autofree char *live = cc_talk_words_screen(&(CcTalk){.visible = TRUE});
    g_assert_nonnull(alone);
    g_assert_cmpstr(beside, ==, live); /* who is seen is no longer waiting */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-words/nothing", test_nothing);
    g_test_add_func("/screen-words/state", test_state);
    g_test_add_func("/screen-words/live-and-missing", test_live_and_missing);
    g_test_add_func("/screen-words/hand", test_hand);
    return g_test_run();
}
