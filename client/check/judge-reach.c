#include <glib/gi18n.h>
#include <sysexits.h>

#include "client/check/judge.h"
#include "client/signalling/tls-words.h"

#define CLOCK_AMBER_S 60
#define CLOCK_RED_S (12 * 3600) /* a certificate or a token may be judged by it */
#define CERTIFICATE_AMBER_DAYS 14
#define TOKEN_AMBER_DAYS 7
#define DAY_S 86400

CcFinding *
cc_judge_name(const CcNameFacts *facts)
{
    CcFinding *finding = cc_finding_new("dns", _("Name"));
    json_object_set_string_member(finding->values, "host", facts->host);
    json_object_set_int_member(finding->values, "ms", facts->ms);
    if (facts->offline) {
        cc_finding_say(finding, CC_RED, _("this PC is not connected to any network"));
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Look at the network cable or the Wi-Fi; is the router switched on?"));
    } else if (facts->literal) {
        cc_finding_say(finding, CC_GREEN, _("%s is a number already"), facts->host);
    } else if (facts->found) {
        json_object_set_string_member(finding->values, "addresses", facts->addresses);
        cc_finding_say(finding, CC_GREEN, _("%s is %s (%u ms)"), facts->host, facts->addresses,
                       facts->ms);
    } else if (facts->timed_out) {
        cc_finding_say(finding, CC_RED, _("nobody answers who would know where %s is"),
                       facts->host);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("The network has no working DNS: restart the router, or set a DNS "
                            "server (such as 223.5.5.5) in the network settings."));
    } else {
        cc_finding_say(finding, CC_RED, _("there is no server called %s"), facts->host);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Look at [network] relay-url letter by letter; does another web page "
                            "open on this PC?"));
    }
    return finding;
}

static void
say_unreached(CcFinding *finding, const CcServerFacts *facts)
{
    switch (facts->reach) {
    case CC_REACH_REFUSED:
        cc_finding_say(finding, CC_RED, _("%s does not accept connections on TCP port %u"),
                       facts->host, facts->port);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Is the port in relay-url right? Then the relay is not running, or a "
                            "firewall closes TCP port %u: call the relay's administrator."),
                          facts->port);
        return;
    case CC_REACH_TIMED_OUT:
        cc_finding_say(finding, CC_RED, _("%s does not answer on TCP port %u"), facts->host,
                       facts->port);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("If other web pages open, a firewall swallows it: have TCP port %u "
                            "towards %s opened."),
                          facts->port, facts->host);
        return;
    default:
        cc_finding_say(finding, CC_RED, _("there is no way from here to %s"), facts->host);
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Look at the network cable or the Wi-Fi, then restart the router."));
    }
}

CcFinding *
cc_judge_server(const CcServerFacts *facts)
{
    CcFinding *finding = cc_finding_new("server", _("Server"));
    json_object_set_int_member(finding->values, "port", facts->port);
    if (facts->detail != NULL)
        json_object_set_string_member(finding->values, "detail", facts->detail);
    if (facts->reach != CC_REACHED) {
        say_unreached(finding, facts);
        return finding;
    }
    json_object_set_int_member(finding->values, "connect_ms", facts->connect_ms);
    if (facts->answered) {
        cc_finding_say(finding, CC_GREEN, _("answers on TCP port %u (%u ms)"), facts->port,
                       facts->connect_ms);
    } else if (facts->slow) {
        cc_finding_say(finding, CC_AMBER, _("TCP port %u opens, but answers take very long"),
                       facts->port);
        cc_finding_advise(finding, 0,
                          _("The line is very weak or very busy: stop all downloads and updates "
                            "here."));
    } else if (facts->https && !facts->encrypted) {
        cc_finding_say(finding, CC_RED, _("TCP port %u is open, but speaks no HTTPS"), facts->port);
        cc_finding_advise(
            finding, EX_PROTOCOL,
            _("Look at relay-url: does it begin with http or https, and is the port "
              "right? On a hotel's or a school's Wi-Fi, log in with a browser first."));
    } else {
        cc_finding_say(finding, CC_RED, _("TCP port %u is open, but there is no web server"),
                       facts->port);
        cc_finding_advise(finding, EX_PROTOCOL,
                          _("Is the port in relay-url right? A relay with a certificate wants "
                            "https:// in front."));
    }
    return finding;
}

/* TRUE if the wrong clock here makes a good certificate look bad. */
static gboolean
is_clocks_fault(const CcServerFacts *facts)
{
    return (facts->distrust & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)) != 0 &&
           facts->dated && ABS(facts->ahead_s) > DAY_S;
}

CcFinding *
cc_judge_certificate(const CcServerFacts *facts, GDateTime *now)
{
    CcFinding *finding = cc_finding_new("certificate", _("Certificate"));
    g_autofree char *until =
        facts->valid_until != NULL ? g_date_time_format(facts->valid_until, "%Y-%m-%d") : NULL;
    if (until != NULL)
        json_object_set_string_member(finding->values, "valid_until", until);
    if (!facts->https) {
        cc_finding_say(finding, CC_GREY, _("none: http:// is not encrypted"));
    } else if (!facts->encrypted) {
        cc_finding_say(finding, CC_GREY, _("did not come through"));
    } else if (facts->distrust != 0) {
        g_autofree char *words = cc_tls_words(facts->distrust, now);
        cc_finding_say(finding, CC_RED, "%s", words);
        if (is_clocks_fault(facts))
            cc_finding_advise(finding, EX_UNAVAILABLE,
                              _("It is the clock of this PC: set date and time first, then check "
                                "again."));
        else if (facts->distrust & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED))
            cc_finding_advise(finding, EX_UNAVAILABLE,
                              _("The clock here is right: the relay's administrator must renew the "
                                "certificate."));
        else
            cc_finding_advise(finding, EX_UNAVAILABLE,
                              _("Do not teach over it: send this line to the relay's "
                                "administrator."));
    } else if (facts->valid_until != NULL && g_date_time_difference(facts->valid_until, now) <
                                                 CERTIFICATE_AMBER_DAYS * G_TIME_SPAN_DAY) {
        cc_finding_say(finding, CC_AMBER, _("good, but only until %s"), until);
        cc_finding_advise(finding, 0, _("Remind the relay's administrator to renew it."));
    } else {
        cc_finding_say(finding, CC_GREEN, _("good until %s"), until != NULL ? until : "?");
    }
    return finding;
}

/* "3 hours" and so on; (transfer full) */
static char *
duration(gint64 seconds)
{
    if (seconds >= 2 * DAY_S)
        return g_strdup_printf(ngettext("%d day", "%d days", (gulong)(seconds / DAY_S)),
                               (int)(seconds / DAY_S));
    if (seconds >= 2 * 3600)
        return g_strdup_printf(ngettext("%d hour", "%d hours", (gulong)(seconds / 3600)),
                               (int)(seconds / 3600));
    if (seconds >= 120)
        return g_strdup_printf(ngettext("%d minute", "%d minutes", (gulong)(seconds / 60)),
                               (int)(seconds / 60));
    return g_strdup_printf(ngettext("%d second", "%d seconds", (gulong)seconds), (int)seconds);
}

CcFinding *
cc_judge_clock(const CcServerFacts *facts)
{
    CcFinding *finding = cc_finding_new("clock", _("Clock"));
    gint64 wrong_s = ABS(facts->ahead_s);
    if (!facts->dated) {
        cc_finding_say(finding, CC_GREY, _("the server does not say what time it is"));
        return finding;
    }
    json_object_set_int_member(finding->values, "ahead_s", facts->ahead_s);
    if (wrong_s <= CLOCK_AMBER_S) {
        cc_finding_say(finding, CC_GREEN, _("right"));
        return finding;
    }
    g_autofree char *how_much = duration(wrong_s);
    /* TRANSLATORS: %s is a duration such as "3 hours" */
    cc_finding_say(finding, wrong_s > CLOCK_RED_S ? CC_RED : CC_AMBER,
                   facts->ahead_s > 0 ? _("the clock of this PC is %s fast")
                                      : _("the clock of this PC is %s slow"),
                   how_much);
    cc_finding_advise(
        finding, EX_CONFIG,
        _("Set date and time, and have them set automatically. If it comes back every "
          "day, the PC's small battery is empty."));
    return finding;
}

static void
say_refused(CcFinding *finding, const CcRoomFacts *facts)
{
    gboolean expired = facts->token_readable && facts->claims.expires_s <= facts->now_s;
    gboolean other_room =
        facts->token_readable && !cc_token_claims_allow_room(&facts->claims, facts->room);
    if (!facts->has_token)
        cc_finding_say(finding, CC_RED, _("the relay wants an access token; there is none here"));
    else if (!facts->token_readable)
        cc_finding_say(finding, CC_RED, _("what stands under [auth] token is no token"));
    else if (expired)
        cc_finding_say(finding, CC_RED, _("the access token has expired"));
    else if (other_room)
        cc_finding_say(finding, CC_RED,
                       _("the access token is for the room \"%s\", not for \"%s\""),
                       facts->claims.room, facts->room);
    else
        cc_finding_say(finding, CC_RED, _("the relay does not accept the access token"));
    if (other_room && !expired)
        cc_finding_advise(finding, EX_NOPERM,
                          _("Correct [network] room, or ask the relay's administrator for a token "
                            "for \"%s\"."),
                          facts->room);
    else
        cc_finding_advise(finding, EX_NOPERM,
                          _("Ask the relay's administrator for a new token (classcast token "
                            "--room %s) and put it under [auth] token."),
                          facts->room);
}

static void
say_let_in(CcFinding *finding, const CcRoomFacts *facts)
{
    gint64 left_s = facts->token_readable ? facts->claims.expires_s - facts->now_s : G_MAXINT64;
    if (!facts->token_readable || left_s > TOKEN_AMBER_DAYS * DAY_S) {
        cc_finding_say(finding, CC_GREEN, _("the relay lets this PC into \"%s\""), facts->room);
        return;
    }
    g_autofree char *left = duration(MAX(left_s, 0));
    json_object_set_int_member(finding->values, "token_left_s", left_s);
    /* TRANSLATORS: the second %s is a duration such as "3 days" */
    cc_finding_say(finding, CC_AMBER, _("the relay lets this PC into \"%s\" for another %s"),
                   facts->room, left);
    cc_finding_advise(finding, 0,
                      _("Ask the relay's administrator for a new token before it expires."));
}

static void
say_other(CcFinding *finding, const CcRoomFacts *facts)
{
    switch (facts->status) {
    case 0:
        cc_finding_say(finding, CC_RED, _("the relay gave no answer to the wish to come in"));
        cc_finding_advise(finding, EX_UNAVAILABLE,
                          _("Check again in a minute; if it stays so, call the relay's "
                            "administrator."));
        return;
    case 404:
    case 405:
        cc_finding_say(finding, CC_RED, _("this web server is no classcast relay"));
        cc_finding_advise(finding, EX_PROTOCOL, _("Correct [network] relay-url."));
        return;
    case 409:
        cc_finding_say(finding, CC_AMBER,
                       _("the relay lets nobody in before the lesson has begun"));
        cc_finding_advise(finding, 0,
                          _("Check again during a lesson: only then the way for sound and picture "
                            "can be measured."));
        return;
    case 429:
    case 503:
        cc_finding_say(finding, CC_RED, _("the relay is full, or has too much to do"));
        cc_finding_advise(finding, EX_TEMPFAIL,
                          _("Check again in a few minutes; if it stays so, call the relay's "
                            "administrator."));
        return;
    default:
        cc_finding_say(finding, CC_RED, _("the relay refuses (HTTP %u)"), facts->status);
        cc_finding_advise(finding, EX_PROTOCOL,
                          _("Send this line to the relay's administrator: %s"),
                          facts->detail != NULL ? facts->detail : "");
    }
}

CcFinding *
cc_judge_room(const CcRoomFacts *facts)
{
    CcFinding *finding = cc_finding_new("room", _("Room"));
    json_object_set_int_member(finding->values, "status", facts->status);
    if (facts->detail != NULL)
        json_object_set_string_member(finding->values, "detail", facts->detail);
    if (facts->status == 201)
        say_let_in(finding, facts);
    else if (facts->status == 401 || facts->status == 403)
        say_refused(finding, facts);
    else
        say_other(finding, facts);
    return finding;
}

CcFinding *
cc_judge_lesson(const CcLessonFacts *facts)
{
    CcFinding *finding = cc_finding_new("lesson", _("Lesson"));
    json_object_set_boolean_member(finding->values, "on", facts->lesson == CC_LESSON_ON);
    if (!facts->heard) {
        cc_finding_say(finding, CC_AMBER, _("the room's news do not come through (WebSocket)"));
        cc_finding_advise(
            finding, 0,
            _("Sound and picture work without them, hands and names do not: a proxy on "
              "the way must let WebSockets pass."));
        return finding;
    }
    json_object_set_int_member(finding->values, "others", facts->others);
    if (facts->lesson == CC_LESSON_ON)
        cc_finding_say(finding, CC_GREEN,
                       ngettext("on, with %u classroom; so this check sends little",
                                "on, with %u classrooms; so this check sends little",
                                facts->others),
                       facts->others);
    else
        cc_finding_say(finding, CC_GREEN, _("not on at the moment"));
    return finding;
}
