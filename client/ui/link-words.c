#include "client/ui/link-words.h"

#include <glib/gi18n.h>

/* From here on a teacher wants to know. */
#define NOTABLE_LOSS 0.05
#define NOTABLE_RTT_MS 800

static const char *
picture_words(CcPicture picture)
{
    switch (picture) {
    case CC_PICTURE_REDUCED:
        return _("smaller picture");
    case CC_PICTURE_STILLS:
        return _("picture in stills");
    case CC_PICTURE_PAUSED:
        return _("picture paused");
    case CC_PICTURE_UNKNOWN:
    case CC_PICTURE_WHOLE:
        break;
    }
    return NULL;
}

/* (transfer full) */
static char *
reason_words(const CcLink *link)
{
    switch (link->reason) {
    case CC_GIVEN_UP_FOR_RATE:
        /* What flows says nothing of it: in a lesson's first moment that is next to nothing. */
        if (link->estimate_kbps == 0)
            return g_strdup(_("what the link carries is not known yet"));
        return g_strdup_printf(_("the link carries only %u kbit/s"), link->estimate_kbps);
    case CC_GIVEN_UP_FOR_LOSS:
        return g_strdup_printf(_("the link loses %.0f %%"), link->loss * 100);
    case CC_GIVEN_UP_FOR_RELAY:
        return g_strdup(_("the relay has too much to do"));
    case CC_GIVEN_UP_NOTHING:
        break;
    }
    return NULL;
}

char *
cc_link_words(const CcLink *link)
{
    const char *picture = link->known ? picture_words(link->picture) : NULL;
    g_autofree char *reason = reason_words(link);
    if (picture == NULL || reason == NULL)
        return NULL;
    return g_strdup_printf(link->picture == CC_PICTURE_PAUSED ? _("%s: %s; voice goes on")
                                                              : _("%s: %s"),
                           picture, reason);
}

char *
cc_link_words_tail(const CcLink *link)
{
    GString *tail = g_string_new(NULL);
    g_autofree char *words = cc_link_words(link);
    if (link->known && link->rtt_ms >= 0)
        g_string_append_printf(tail, _("  round trip %d ms"), link->rtt_ms);
    if (link->known && link->tcp)
        g_string_append(tail, _("  by TCP, since UDP is blocked"));
    if (words != NULL)
        g_string_append_printf(tail, "  %s", words);
    return g_string_free(tail, FALSE);
}

static const char *
short_picture_words(CcPicture picture)
{
    return picture == CC_PICTURE_PAUSED ? _("voice only") : picture_words(picture);
}

char *
cc_link_words_short(const CcLink *link)
{
    const char *picture = link->known ? short_picture_words(link->picture) : NULL;
    if (picture != NULL && link->reason == CC_GIVEN_UP_FOR_RATE && link->estimate_kbps != 0)
        return g_strdup_printf(_("%s, %u kbit/s"), picture, link->estimate_kbps);
    if (picture != NULL && link->reason == CC_GIVEN_UP_FOR_LOSS)
        return g_strdup_printf(_("%s, loss %.0f %%"), picture, link->loss * 100);
    if (picture != NULL)
        return g_strdup(picture);
    if (link->known && link->loss >= NOTABLE_LOSS)
        return g_strdup_printf(_("loss %.0f %%"), link->loss * 100);
    if (link->known && link->rtt_ms >= NOTABLE_RTT_MS)
        return g_strdup_printf(_("round trip %d ms"), link->rtt_ms);
    return NULL;
}

static char *
paused_words(const CcLink *link)
{
    if (link->reason == CC_GIVEN_UP_FOR_RELAY)
        return g_strdup("服务器繁忙，暂停画面，声音继续\n"
                        "Picture paused: the relay is busy. The voice goes on");
    if (link->reason == CC_GIVEN_UP_FOR_LOSS)
        return g_strdup_printf("网络丢包 %.0f%%，暂停画面，声音继续\n"
                               "Picture paused: the link loses %.0f %%. The voice goes on",
                               link->loss * 100, link->loss * 100);
    if (link->estimate_kbps == 0)
        return g_strdup(
            "网络速率尚未测出，暂停画面，声音继续\n"
            "Picture paused: what the link carries is not known yet; the voice goes on");
    return g_strdup_printf("网络只有 %u kbit/s，暂停画面，声音继续\n"
                           "Picture paused: the link carries only %u kbit/s; the voice goes on",
                           link->estimate_kbps, link->estimate_kbps);
}

char *
cc_link_words_screen(const CcLink *link, gboolean hand_raised)
{
    static const char hand[] = "已举手，等待老师点名\nHand raised: the teacher sees it";
    if (!link->known || link->picture != CC_PICTURE_PAUSED)
        return hand_raised ? g_strdup(hand) : NULL;
    g_autofree char *paused = paused_words(link);
    return hand_raised ? g_strconcat(paused, "\n", hand, NULL) : g_steal_pointer(&paused);
}

CcLinkColour
cc_link_colour(CcConnectionState state, const CcLink *link)
{
    if (state == CC_CONNECTION_CONNECTING || state == CC_CONNECTION_LOST ||
        state == CC_CONNECTION_REFUSED)
        return CC_LINK_NONE;
    if (!link->known)
        return CC_LINK_GOOD;
    if (link->picture == CC_PICTURE_PAUSED || link->picture == CC_PICTURE_STILLS)
        return CC_LINK_BAD;
    if (link->picture == CC_PICTURE_REDUCED || link->loss >= NOTABLE_LOSS ||
        link->rtt_ms >= NOTABLE_RTT_MS)
        return CC_LINK_WEAK;
    return CC_LINK_GOOD;
}

const char *
cc_link_words_colour(CcLinkColour colour)
{
    switch (colour) {
    case CC_LINK_GOOD:
        return C_("link", "good");
    case CC_LINK_WEAK:
        return C_("link", "weak");
    case CC_LINK_BAD:
        return C_("link", "bad");
    case CC_LINK_NONE:
        break;
    }
    return C_("link", "no link");
}
