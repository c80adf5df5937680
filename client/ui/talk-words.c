#include "client/ui/talk-words.h"

#include <glib/gi18n.h>

gboolean
cc_talk_is_heard(const CcTalk *talk)
{
    return talk->called && talk->has_microphone && !talk->muted && !talk->hushed;
}

char *
cc_talk_words_screen(const CcTalk *talk)
{
    const char *words = NULL;
    if (talk->called && !talk->has_microphone)
        words = "大家能看到你们，但没有麦克风\nEverybody sees you; there is no microphone";
    else if (talk->called && talk->muted)
        words = "老师已将你们静音\nThe teacher has muted you";
    else if (talk->called && talk->hushed)
        words = "你们已静音，按 t 键说话\nYou are muted: press t to speak";
    else if (talk->called)
        words = "大家能看到、听到你们，按 t 键静音\nEverybody sees and hears you: press t to mute";
    else if (talk->visible)
        words = "摄像头已打开，老师能看到你们\nCamera on: the teacher sees you";
    return g_strdup(words);
}

const char *
cc_talk_words(const CcTalk *talk)
{
    if (cc_talk_is_heard(talk))
        return _("  speaking: camera and microphone are on");
    if (talk->called)
        return _("  called on, microphone muted");
    return talk->visible ? _("  camera on: the teacher sees it") : NULL;
}
