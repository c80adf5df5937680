#include "client/ui/screen-words.h"

#include "client/ui/link-words.h"
#include "client/ui/messages.h"

static char *
words_of_lesson(const CcLink *link, gboolean hand_raised, const CcTalk *talk)
{
    g_autofree char *live = cc_talk_words_screen(talk);
    g_autofree char *missing = cc_link_words_screen(link, hand_raised && live == NULL);
    if (live != NULL && missing != NULL)
        return g_strconcat(live, "\n", missing, NULL);
    return live != NULL ? g_steal_pointer(&live) : g_steal_pointer(&missing);
}

char *
cc_screen_words(CcConnectionState state, const CcLink *link, gboolean hand_raised,
                const CcTalk *talk)
{
    if (state == CC_CONNECTION_ON)
        return words_of_lesson(link, hand_raised, talk);
    return g_strdup_printf("%s\n%s", cc_message_for_state_zh(state),
                           cc_message_for_state_en(state));
}
