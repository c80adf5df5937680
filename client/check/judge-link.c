#include <glib/gi18n.h>
#include <sysexits.h>

#include "client/check/judge.h"

#define DELAY_AMBER_MS 400 /* of a round trip: people begin to talk at the same time */
#define DELAY_RED_MS 3000
#define JITTER_AMBER_MS 150
#define JITTER_RED_MS 1500
#define LOSS_AMBER 0.03
#define LOSS_RED 0.4

/* On the wire: a voice made small for a narrow link; a voice and stills; a small moving picture;
 * all that send sends by its defaults. */
#define VOICE_KBPS 20
#define STILLS_KBPS 60
#define PICTURE_KBPS 150
#define WHOLE_KBPS 600

CcFinding *
cc_judge_udp(const CcPathFacts *udp, const CcPathFacts *tcp)
{
    CcFinding *finding = cc_finding_new("udp", _("UDP"));
    json_object_set_int_member(finding->values, "port", udp->port);
    json_object_set_boolean_member(finding->values, "open", udp->open);
    if (!udp->enabled) {
        cc_finding_say(finding, CC_GREY, _("switched off by [network] enable-udp"));
    } else if (udp->port == 0) {
        cc_finding_say(finding, CC_GREY, _("the relay offers none"));
    } else if (udp->open) {
        cc_finding_say(finding, CC_GREEN, _("port %u is open"), udp->port);
    } else {
        cc_finding_say(finding, tcp->open ? CC_AMBER : CC_RED,
                       udp->refused ? _("port %u is refused")
                                    : _("nothing comes back from port %u"),
                       udp->port);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          tcp->open
                              ? _("The lesson runs over TCP, with longer pauses when packets "
                                  "are lost. Better: have UDP port %u opened in the firewall.")
                              : _("Have UDP port %u towards the relay opened in the firewall "
                                  "(here, and at the relay)."),
                          udp->port);
    }
    return finding;
}

CcFinding *
cc_judge_tcp(const CcPathFacts *tcp, const CcPathFacts *udp)
{
    CcFinding *finding = cc_finding_new("tcp", _("TCP"));
    json_object_set_int_member(finding->values, "port", tcp->port);
    json_object_set_boolean_member(finding->values, "open", tcp->open);
    if (!tcp->enabled) {
        cc_finding_say(finding, CC_GREY, _("switched off by [network] enable-tcp"));
    } else if (tcp->port == 0) {
        cc_finding_say(finding, CC_GREY, _("the relay offers none"));
    } else if (tcp->open) {
        cc_finding_say(finding, CC_GREEN, _("port %u is open"), tcp->port);
    } else if (udp->open) {
        cc_finding_say(finding, CC_GREY, _("port %u is closed; not needed while UDP is open"),
                       tcp->port);
    } else {
        cc_finding_say(finding, CC_RED, _("port %u is closed too: no way for sound and picture"),
                       tcp->port);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("One of the two is enough: UDP port %u (better) or TCP port %u."),
                          udp->port != 0 ? udp->port : tcp->port, tcp->port);
    }
    return finding;
}

/* TRUE if there is nothing to judge, and that has been said. */
static gboolean
say_unmeasured(CcFinding *finding, const CcDelayFacts *facts)
{
    if (facts->measured && facts->received > 0)
        return FALSE;
    if (facts->measured)
        cc_finding_say(finding, CC_GREY,
                       _("the relay does not answer these questions (an old version?)"));
    else
        cc_finding_say(finding, CC_GREY, _("not measured"));
    return TRUE;
}

CcFinding *
cc_judge_delay(const CcDelayFacts *facts)
{
    CcFinding *finding = cc_finding_new("delay", _("Delay"));
    if (say_unmeasured(finding, facts))
        return finding;
    json_object_set_int_member(finding->values, "least_ms", facts->least_ms);
    json_object_set_int_member(finding->values, "median_ms", facts->median_ms);
    if (facts->median_ms <= DELAY_AMBER_MS) {
        cc_finding_say(finding, CC_GREEN, _("%u ms there and back"), facts->median_ms);
    } else if (facts->median_ms <= DELAY_RED_MS) {
        cc_finding_say(finding, CC_AMBER, _("%u ms there and back: answers come late"),
                       facts->median_ms);
        cc_finding_advise(finding, 0,
                          _("Wait for a moment after each question. Other downloads on this line "
                            "make it worse: stop them."));
    } else {
        cc_finding_say(finding, CC_RED, _("%u ms there and back: no conversation is possible"),
                       facts->median_ms);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Something else fills this line: stop downloads and updates on all PCs "
                            "and phones here, then check again."));
    }
    return finding;
}

CcFinding *
cc_judge_jitter(const CcDelayFacts *facts)
{
    CcFinding *finding = cc_finding_new("jitter", _("Evenness"));
    if (say_unmeasured(finding, facts))
        return finding;
    guint jitter_ms = facts->usual_ms - facts->least_ms;
    json_object_set_int_member(finding->values, "jitter_ms", jitter_ms);
    if (jitter_ms <= JITTER_AMBER_MS) {
        cc_finding_say(finding, CC_GREEN, _("the delay varies by %u ms"), jitter_ms);
        return finding;
    }
    cc_finding_say(finding, jitter_ms <= JITTER_RED_MS ? CC_AMBER : CC_RED,
                   _("the delay varies by %u ms"), jitter_ms);
    cc_finding_advise(
        finding, EX_UNAVAILABLE,
        _("classcast waits as long as that takes. A cable instead of Wi-Fi, or a place "
          "nearer to the router, makes it better."));
    return finding;
}

CcFinding *
cc_judge_loss(const CcDelayFacts *facts)
{
    CcFinding *finding = cc_finding_new("loss", _("Losses"));
    if (say_unmeasured(finding, facts))
        return finding;
    double worst = MAX(facts->loss_down, facts->loss_up);
    int down = (int)(facts->loss_down * 100 + 0.5), up = (int)(facts->loss_up * 100 + 0.5);
    if (facts->tcp) {
        cc_finding_say(finding, CC_GREY, _("TCP repeats what is lost; they show as delay"));
        return finding;
    }
    json_object_set_int_member(finding->values, "sent", facts->sent);
    json_object_set_int_member(finding->values, "answered", facts->received);
    json_object_set_double_member(finding->values, "down", facts->loss_down);
    json_object_set_double_member(finding->values, "up", facts->loss_up);
    cc_finding_say(finding,
                   worst < LOSS_AMBER ? CC_GREEN
                   : worst < LOSS_RED ? CC_AMBER
                                      : CC_RED,
                   _("of 100 packets %d are lost on the way here, %d on the way to the relay"),
                   down, up);
    if (worst >= LOSS_RED)
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Too much even for the voice. A cable instead of Wi-Fi; restart the "
                            "router; then call your network provider with this line."));
    else if (worst >= LOSS_AMBER)
        cc_finding_advise(finding, 0,
                          _("classcast repairs that, with a little more delay. A cable instead of "
                            "Wi-Fi often helps."));
    return finding;
}

static const char *
what_fits(guint kbps)
{
    if (kbps < VOICE_KBPS)
        return _("too little even for the voice");
    if (kbps < STILLS_KBPS)
        return _("enough for the voice, hardly for pictures");
    if (kbps < PICTURE_KBPS)
        return _("enough for the voice and single pictures");
    if (kbps < WHOLE_KBPS)
        return _("enough for the voice and a smaller picture");
    return _("enough for everything");
}

static void
advise_rate(CcFinding *finding, guint kbps)
{
    if (kbps < VOICE_KBPS)
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Stop all downloads and updates here and check again. If it stays so, "
                            "use a phone's hotspot, or call your network provider."));
    else if (kbps < PICTURE_KBPS)
        cc_finding_advise(finding, 0,
                          _("Ask everybody at school not to use this line during the lesson."));
}

CcFinding *
cc_judge_rate(const CcRateFacts *facts, gboolean down, gboolean needed)
{
    CcFinding *finding =
        cc_finding_new(down ? "down" : "up", down ? _("Speed here") : _("Speed away"));
    const CcRampResult *result = &facts->result;
    if (!facts->measured || (result->kbps == 0 && !result->no_large)) {
        cc_finding_say(finding, facts->busy ? CC_AMBER : CC_GREY,
                       facts->busy ? _("the relay has no time for this now") : _("not measured"));
        if (facts->busy)
            cc_finding_advise(finding, 0, _("Check again before the first lesson of the day."));
        return finding;
    }
    json_object_set_int_member(finding->values, "kbps", result->kbps);
    json_object_set_boolean_member(finding->values, "at_least", result->at_least);
    if (result->no_large) {
        cc_finding_say(finding, CC_RED, _("small packets come through, large ones do not"));
        cc_finding_advise(
            finding, EX_UNAVAILABLE,
            _("A VPN or the router cuts packets above 1200 bytes: set its MTU to 1280 "
              "or more."));
        return finding;
    }
    CcColour colour = result->kbps < VOICE_KBPS     ? CC_RED
                      : result->kbps < PICTURE_KBPS ? CC_AMBER
                                                    : CC_GREEN;
    if (!needed && (colour == CC_RED || colour == CC_AMBER))
        colour = result->kbps < VOICE_KBPS ? CC_AMBER : CC_GREEN;
    /* TRANSLATORS: the last %s is what that is enough for */
    cc_finding_say(finding, colour,
                   result->at_least ? _("at least %u kbit/s: %s") : _("%u kbit/s: %s"),
                   result->kbps, what_fits(result->kbps));
    if (colour != CC_GREEN)
        advise_rate(finding, result->kbps);
    return finding;
}
