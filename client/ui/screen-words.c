#include "client/ui/screen-words.h"

#include "client/ui/link-words.h"
#include "client/ui/messages.h"

static char *
words_of_lesson(const CcLink *link, gboolean hand_raised, const CcTalk *talk, const char *chat)
{
    g_autofree char *live = cc_talk_words_screen(talk);
    g_autofree char *missing = cc_link_words_screen(link, hand_raised && live == NULL);
    const char *const all[] = {live, chat, missing};
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i] != NULL && *all[i] != '\0')
            g_strv_builder_add(words, all[i]);
    g_auto(GStrv) there = g_strv_builder_end(words);
    return *there != NULL ? g_strjoinv("\n", there) : NULL;
}

char *
cc_screen_words(CcConnectionState state, const CcLink *link, gboolean hand_raised,
                const CcTalk *talk, const char *chat)
{
    if (state == CC_CONNECTION_ON)
        return words_of_lesson(link, hand_raised, talk, chat);
    return g_strdup_printf("%s\n%s", cc_message_for_state_zh(state),
                           cc_message_for_state_en(state));
}
