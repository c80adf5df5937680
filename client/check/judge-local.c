#include <glib/gi18n.h>
#include <sysexits.h>

#include "client/check/judge.h"

#define GOOD_HEIGHT 360

typedef struct {
    const char *id, *title, *missing, *next;
} Words;

static const Words words[] = {
    [CC_DEVICE_LOUDSPEAKER] =
        {"loudspeaker", N_("Loudspeaker"), N_("no loudspeaker can be opened"),
         N_("Plug the loudspeakers in, switch them on, and look at the sound settings of this PC. "
            "Over ssh there is no sound: check at the PC itself.")},
    [CC_DEVICE_SCREEN] =
        {"screen", N_("Screen"), N_("no window can be opened"),
         N_("Start it on the desktop of this PC, with the projector switched on.")},
    [CC_DEVICE_MICROPHONE_IN] = {"microphone", N_("Microphone"), N_("there is no microphone"),
                                 N_("Plug one in. \"classcast devices\" lists what is there.")},
    [CC_DEVICE_CAMERA_IN] = {"camera", N_("Camera"), N_("there is no camera"),
                             N_("Plug one in, and close other programs that use it. \"classcast "
                                "devices\" lists what is there.")},
};

CcFinding *
cc_judge_device(CcCheckedDevice device, const CcDeviceFacts *facts, gboolean needed)
{
    const Words *say = &words[device];
    CcFinding *finding = cc_finding_new(say->id, _(say->title));
    if (!facts->wanted) {
        cc_finding_say(finding, CC_GREY, _("not used, by the settings"));
    } else if (facts->there) {
        if (facts->name != NULL)
            json_object_set_string_member(finding->values, "name", facts->name);
        cc_finding_say(finding, CC_GREEN, "%s", facts->name != NULL ? facts->name : _("there"));
    } else if (!needed) {
        cc_finding_say(finding, CC_GREY, _("none; not needed to watch a lesson"));
    } else {
        cc_finding_say(finding, CC_RED, "%s", _(say->missing));
        cc_finding_advise(finding, EX_NOINPUT, "%s", _(say->next));
    }
    return finding;
}

CcFinding *
cc_judge_decoder(const CcDecoderFacts *facts, gboolean needed)
{
    CcFinding *finding = cc_finding_new("decoder", _("This PC"));
    json_object_set_int_member(finding->values, "height", facts->height);
    json_object_set_int_member(finding->values, "fps", facts->fps);
    if (facts->no_decoder) {
        cc_finding_say(finding, needed ? CC_RED : CC_AMBER,
                       _("the parts that play video are missing"));
        cc_finding_advise(finding, EX_SOFTWARE,
                          _("Install GStreamer's plugins (good and bad), as the README says."));
    } else if (facts->height >= GOOD_HEIGHT) {
        /* TRANSLATORS: a picture's height in lines, such as 720p */
        cc_finding_say(finding, CC_GREEN, _("shows %up without trouble"), facts->height);
    } else {
        if (facts->height > 0)
            cc_finding_say(finding, CC_AMBER, _("is slow: it shows %up and nothing larger"),
                           facts->height);
        else
            cc_finding_say(finding, CC_AMBER, _("is too slow for moving pictures (%u a second)"),
                           facts->fps);
        cc_finding_advise(finding, 0,
                          _("Close other programs. Ask the teacher to send a smaller picture (see "
                            "below)."));
    }
    return finding;
}
