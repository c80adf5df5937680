#include "common/base/config-schema.h"

#include <glib/gi18n.h>
#include <string.h>

#define STRING(section, key, def, shape, doc)                                                      \
    {                                                                                              \
        section, key, CC_CONFIG_STRING, def, CC_CONFIG_##shape, 0, 0, NULL, FALSE, doc             \
    }
#define SECRET(section, key, doc)                                                                  \
    {                                                                                              \
        section, key, CC_CONFIG_STRING, "", CC_CONFIG_ANY, 0, 0, NULL, TRUE, doc                   \
    }
#define LIST(section, key, def, shape, doc)                                                        \
    {                                                                                              \
        section, key, CC_CONFIG_LIST, def, CC_CONFIG_##shape, 0, 0, NULL, FALSE, doc               \
    }
#define SECRET_LIST(section, key, doc)                                                             \
    {                                                                                              \
        section, key, CC_CONFIG_LIST, "", CC_CONFIG_SECRET, 0, 0, NULL, TRUE, doc                  \
    }
#define LIST_OF(section, key, def, choices, doc)                                                   \
    {                                                                                              \
        section, key, CC_CONFIG_LIST, def, CC_CONFIG_ONE_OF, 0, 0, choices, FALSE, doc             \
    }
#define INT(section, key, def, min, max, doc)                                                      \
    {                                                                                              \
        section, key, CC_CONFIG_INT, def, CC_CONFIG_ANY, min, max, NULL, FALSE, doc                \
    }
#define EVEN(section, key, def, min, max, doc)                                                     \
    {                                                                                              \
        section, key, CC_CONFIG_INT, def, CC_CONFIG_EVEN, min, max, NULL, FALSE, doc               \
    }
#define INT_OF(section, key, def, min, max, choices, doc)                                          \
    {                                                                                              \
        section, key, CC_CONFIG_INT, def, CC_CONFIG_ONE_OF, min, max, choices, FALSE, doc          \
    }
#define BOOL(section, key, def, doc)                                                               \
    {                                                                                              \
        section, key, CC_CONFIG_BOOL, def, CC_CONFIG_ANY, 0, 0, NULL, FALSE, doc                   \
    }
#define CHOICE(section, key, def, choices, doc)                                                    \
    {                                                                                              \
        section, key, CC_CONFIG_CHOICE, def, CC_CONFIG_ANY, 0, 0, choices, FALSE, doc              \
    }

#define LOG_LEVEL(section)                                                                         \
    CHOICE(section, "log-level", "info", "error|warning|info|debug",                               \
           N_("How much is logged on standard error."))

const CcConfigSection cc_config_sections[] = {
    {"relay", N_("The server in between (classcast relay).")},
    {"ladder", N_("What a classroom gets whose link does not take everything (classcast relay).")},
    {"auth",
     N_("Who may teach and who may watch. The relay has secrets, the schools have tokens.")},
    {"network", N_("How send and recv reach the relay.")},
    {"video", N_("The picture that send encodes.")},
    {"audio", N_("The voice that send encodes.")},
    {"send", N_("The teacher's school (classcast send).")},
    {"recv", N_("The classroom (classcast recv).")},
    {NULL, NULL},
};

const CcConfigKey cc_config_keys[] = {
    STRING("relay", "http-address", "::", ADDRESS,
           N_("IP address on which HTTP is served. :: is every address, IPv4 too.")),
    INT("relay", "http-port", "8080", 0, 65535,
        N_("TCP port of HTTP or HTTPS. 0 takes any free one.")),
    STRING("relay", "tls-certificate", "", ANY,
           N_("PEM file with the certificate chain. Empty: plain HTTP. Browsers open a camera over "
              "HTTPS only.")),
    STRING("relay", "tls-key", "", ANY,
           N_("PEM file with the private key that belongs to tls-certificate.")),
    STRING("relay", "allow-origin", "*", ORIGIN,
           N_("Web origin whose pages may use the relay (CORS), or * for any.")),
    LIST("relay", "udp-address", "::", ADDRESS,
         N_("IP addresses on which sound and picture arrive.")),
    INT("relay", "udp-port", "8189", 0, 65535,
        N_("UDP port of sound and picture; the same number is used over TCP. Each further worker "
           "takes the next one. Open them in the firewall. 0 takes any free ones.")),
    INT("relay", "workers", "1", 0, 64,
        N_("How many threads carry sound and picture, each on a port of its own: udp-port and "
           "those "
           "that follow it. 0: one for each processor.")),
    BOOL("relay", "enable-tcp", "true",
         N_("Whether sound and picture may also come over TCP, for networks that block UDP.")),
    LIST("relay", "advertise", "", HOST,
         N_("Addresses or host names under which the relay is reached from outside (NAT, cloud). "
            "Empty: the local address of each HTTP connection, then those of the interfaces.")),
    INT("relay", "max-rooms", "200", 1, 100000, N_("Most rooms at a time; the next one gets 503.")),
    INT("relay", "max-sessions", "10000", 1, 100000,
        N_("Most sessions at a time in all rooms; the next one gets 503.")),
    INT("relay", "max-sessions-per-room", "5000", 1, 100000,
        N_("Most sessions at a time in one room; the next one gets 503.")),
    INT("relay", "max-deck-mib", "32", 0, 1024,
        N_("Most memory for the slides of one room, in MiB; 0: no slides are kept.")),
    INT("relay", "max-decks-mib", "256", 0, 65536,
        N_("Most memory for the slides of all rooms, in MiB; the next deck gets 503.")),
    INT("relay", "max-load", "85", 1, 100,
        N_("When a worker spends more than so many percent of its time working, new receivers get "
           "503, so that those who are there keep what they have.")),
    INT("relay", "max-requests-per-s", "100", 1, 100000,
        N_("How often one address may ask to publish, watch or leave, in the long run; five times "
           "as many at once. More get 429. Behind a reverse proxy all have its address.")),
    BOOL("relay", "wait-for-lesson", "true",
         N_("Whether who comes before the lesson may connect and wait. Otherwise the answer is 409 "
            "with Retry-After.")),
    INT("relay", "teacher-silence-ms", "2000", 100, 60000,
        N_("After this long without a packet from the teacher, in milliseconds, the lesson counts "
           "as away and another teacher may continue it.")),
    INT("relay", "lesson-grace-s", "60", 0, 86400,
        N_("How long a lesson whose teacher is away stays open, in seconds.")),
    INT("relay", "connect-timeout-ms", "30000", 500, 300000,
        N_("A session that has not connected after this long, in milliseconds, is removed.")),
    INT("relay", "session-timeout-ms", "15000", 500, 300000,
        N_("A session from which nothing has come for this long, in milliseconds, is given up: it "
           "gets nothing any more.")),
    INT("relay", "resume-timeout-s", "600", 0, 86400,
        N_("How long, in seconds, such a session is kept, so that it goes on at once "
           "when "
           "its link is back.")),
    INT("relay", "history-ms", "2000", 0, 10000,
        N_("How long packets are kept for repeating lost ones, in milliseconds.")),
    INT("relay", "keyframe-interval-ms", "500", 0, 10000,
        N_("Shortest time between two keyframe requests to one publisher, in milliseconds.")),
    INT("relay", "socket-buffer-kib", "4096", 64, 1048576,
        N_("Size of the media socket's buffers in KiB. The kernel may grant less "
           "(net.core.rmem_max, wmem_max).")),
    INT("relay", "max-packets", "65536", 256, 4194304,
        N_("Most packets that each worker keeps in memory at a time, each of up to 1.5 KB.")),
    LIST("relay", "ice-servers", "", ICE_URL,
         N_("TURN and STUN servers announced to the schools, such as "
            "turn:turn.example.com:3478?transport=udp.")),
    STRING("relay", "ice-server-username", "", ANY, N_("User name announced with ice-servers.")),
    SECRET("relay", "ice-server-password", N_("Password announced with ice-servers.")),
    LIST_OF("relay", "codecs", "opus;vp8;h264;vp9", "opus|vp8|h264|vp9",
            N_("Codecs that are accepted, the preferred ones first.")),
    LOG_LEVEL("relay"),

    LIST_OF("ladder", "order", "voice;slides;pupil;face;hd", "voice|slides|pupil|face|hd",
            N_("What matters more stands earlier and is given up later: the teacher's voice, "
               "slides, a pupil's voice, the teacher's picture, and pictures above hd-kbps.")),
    INT("ladder", "slides-floor-kbps", "30", 0, 20000,
        N_("What slides get, in kbit/s, before anything that matters more gets more than its own "
           "floor.")),
    INT("ladder", "pupil-floor-kbps", "40", 0, 20000,
        N_("What a pupil's voice gets first, in kbit/s.")),
    INT("ladder", "face-floor-kbps", "30", 0, 20000,
        N_("What the teacher's picture gets first, in kbit/s.")),
    INT("ladder", "hd-kbps", "400", 50, 20000,
        N_("From how many kbit/s on more of a picture is the luxury that hd stands for.")),
    INT("ladder", "start-kbps", "250", 20, 20000,
        N_("What a classroom's link is thought to take, in kbit/s, until it has been measured.")),
    INT("ladder", "shared-voice-kbps", "12", 6, 64,
        N_("For the sake of one narrow link the teacher's voice is encoded with fewer kbit/s for "
           "all classrooms, but not with fewer than this unless all links are so narrow.")),

    CHOICE("auth", "mode", "token", "token|open",
           N_("token: the relay asks everyone for an access token (classcast token makes them). "
              "open: anyone may teach and watch.")),
    SECRET_LIST("auth", "secrets",
                N_("Secrets of at least 16 bytes with which the relay signs and checks tokens; the "
                   "first one signs (classcast token --generate-secret).")),
    SECRET("auth", "token", N_("The access token that this school shows to the relay.")),

    STRING("network", "relay-url", "", HTTP_URL,
           N_("Address of the relay, such as https://relay.example.com.")),
    STRING("network", "room", "", ANY, N_("Room to teach in or to watch.")),
    STRING("network", "name", "", ANY, N_("The school's name, shown to the others.")),
    BOOL("network", "enable-udp", "true", N_("Whether to connect over UDP.")),
    BOOL("network", "enable-tcp", "true",
         N_("Whether to connect over TCP where UDP does not get through.")),
    LIST("network", "turn-servers", "", TURN_URL,
         N_("TURN servers to connect through where nothing else works, in addition to those that "
            "the relay announces.")),
    STRING("network", "turn-username", "", ANY, N_("User name at the TURN servers.")),
    SECRET("network", "turn-password", N_("Password at the TURN servers.")),
    BOOL("network", "relay-only", "false", N_("Whether to connect through TURN servers alone.")),
    STRING(
        "network", "local-address", "", ADDRESS,
        N_("IP address of this machine to connect from in addition to those found by themselves.")),
    STRING("network", "tls-ca-file", "", ANY,
           N_("PEM file with the authority that signed the relay's certificate. Empty: the "
              "system's authorities.")),
    LIST_OF("network", "srtp", "gcm;cm", "gcm|cm",
            N_("Encryption of sound and picture, the preferred one first: gcm (AES-GCM), cm (AES "
               "counter mode with HMAC-SHA1).")),
    INT("network", "watchdog-ms", "3000", 500, 60000,
        N_("After this long without media, in milliseconds, the connection is renewed.")),
    INT("network", "backoff-max-ms", "5000", 100, 60000,
        N_("Longest pause between two attempts to connect, in milliseconds.")),

    CHOICE("video", "codec", "vp8", "vp8|h264|vp9", N_("Video codec.")),
    EVEN("video", "width", "1280", 64, 7680, N_("Width of the picture in pixels.")),
    EVEN("video", "height", "720", 64, 4320, N_("Height of the picture in pixels.")),
    INT("video", "framerate", "25", 1, 60, N_("Frames a second.")),
    INT("video", "bitrate-kbps", "900", 30, 20000, N_("Bitrate of the picture in kbit/s.")),
    BOOL("video", "simulcast", "true",
         N_("Whether the picture is also sent in the medium and the low size, for classrooms with "
            "narrow links. Only sizes that a classroom needs are encoded.")),
    EVEN("video", "medium-height", "360", 0, 4320,
         N_("Height of the medium size in pixels; its width follows. 0: no medium size.")),
    INT("video", "medium-framerate", "25", 1, 60, N_("Frames a second of the medium size.")),
    INT("video", "medium-bitrate-kbps", "250", 20, 20000,
        N_("Bitrate of the medium size in kbit/s.")),
    EVEN("video", "low-height", "180", 0, 4320,
         N_("Height of the low size in pixels; its width follows. 0: no low size.")),
    INT("video", "low-framerate", "25", 1, 60, N_("Frames a second of the low size.")),
    INT("video", "low-bitrate-kbps", "80", 20, 20000, N_("Bitrate of the low size in kbit/s.")),
    EVEN("video", "min-height", "180", 64, 4320,
         N_("Where a classroom's link takes less than a size's bitrate, that size gets less, and "
            "its picture shrinks, but to no fewer pixels in height than this.")),
    INT("video", "temporal-layers", "3", 1, 3,
        N_("In how many steps the relay may leave out pictures for a classroom whose link has a "
           "weak moment (VP8): 3 also allows a half and a quarter of them, 2 a half, 1 none.")),
    INT("video", "keyframe-interval-s", "30", 1, 600,
        N_("Longest time between two keyframes in seconds; receivers get one at once when they "
           "need it, and on narrow links hardly any other.")),
    CHOICE("video", "hardware", "auto", "auto|off",
           N_("auto: use hardware encoders and decoders where there are any. off: never.")),

    INT("audio", "bitrate-kbps", "32", 6, 510, N_("Bitrate of the voice in kbit/s.")),
    INT_OF("audio", "frame-ms", "20", 10, 60, "10|20|40|60",
           N_("Length of an audio packet in milliseconds. Longer ones spend less on headers and "
              "add delay.")),
    BOOL("audio", "fec", "true",
         N_("Whether Opus repeats each packet coarsely in the next one, against loss.")),
    BOOL("audio", "dtx", "false", N_("Whether to send almost nothing while nobody speaks.")),
    INT("audio", "channels", "1", 1, 2, N_("1 for mono, 2 for stereo.")),

    CHOICE("send", "source", "auto", "auto|camera|file|test",
           N_("What is shown: camera, a video file or a test picture. auto: the camera.")),
    STRING("send", "camera", "auto", ANY,
           N_("Camera, by its name or id in classcast devices. auto: the first one.")),
    STRING("send", "microphone", "auto", ANY,
           N_("Microphone, by its name or id in classcast devices. auto: the system's default. "
              "none: no sound.")),
    STRING("send", "file", "", ANY, N_("Video file to teach from when source is file.")),
    BOOL("send", "loop", "false", N_("Whether the file begins again at its end.")),
    STRING("send", "deck", "", ANY,
           N_("PDF whose pages are shown beside the teacher's picture. Page Up and Page Down, "
              "arrows, Space, Home and End in the terminal turn them, b hides them.")),
    CHOICE("send", "window", "auto", "auto|plain",
           N_("auto: the teacher's window with buttons, where classcast-window is installed, else "
              "the plain one; plain: only her own picture.")),
    STRING("send", "screen", "", ANY,
           N_("What of the screen is shown beside the teacher's picture: monitor, monitor:NAME, "
              "window:TITLE or region:WIDTHxHEIGHT+LEFT+TOP. Empty: nothing.")),
    EVEN("send", "screen-height", "1080", 64, 4320,
         N_("Lines that the screen is sent with at most; what has more of them is made smaller.")),
    INT("send", "screen-framerate", "5", 1, 30,
        N_("How often a second the screen is looked at. Where nothing moves nothing is sent.")),
    INT("send", "screen-bitrate-kbps", "1500", 30, 20000,
        N_("What changes on the screen may take at most, in kbit/s.")),
    BOOL(
        "send", "preview", "true",
        N_("Whether the teacher sees her own picture in a window, and those of classrooms that she "
           "has called on.")),
    BOOL("send", "hear", "true",
         N_("Whether the teacher hears and sees the classrooms that she calls on.")),
    LOG_LEVEL("send"),

    BOOL("recv", "headless", "false",
         N_("Whether to run without a window and without a loudspeaker.")),
    CHOICE("recv", "window", "auto", "auto|plain",
           N_("auto: the window with buttons, where classcast-window is installed, else the plain "
              "one; plain: only the picture, which costs an old PC least.")),
    BOOL("recv", "fullscreen", "false", N_("Whether the window fills the screen.")),
    INT("recv", "latency-ms", "0", 0, 1500,
        N_("Least delay of sound and picture beyond the link's own, in milliseconds. What the "
           "link needs is added by itself.")),
    STRING(
        "recv", "record", "", ANY,
        N_("Matroska file into which the lesson is recorded as it arrives. Empty: not recorded.")),
    STRING("recv", "snapshot", "", ANY,
           N_("PNG file into which the first picture is written. Empty: none.")),
    STRING("recv", "audio-device", "auto", ANY,
           N_("Loudspeaker, as PulseAudio or ALSA call it. auto: the system's default.")),
    BOOL("recv", "mute", "false", N_("Whether to stay silent.")),
    CHOICE("recv", "speak", "never", "never|called|open",
           N_("Whether the teacher may call on this classroom, with the camera and microphone of "
              "[send]. never: no. called: the camera runs only while somebody is to see it, the "
              "microphone only while everybody is to hear it. open: both run all the time, so that "
              "nobody waits for them; what they give is sent as with called.")),
    LOG_LEVEL("recv"),
};
const guint cc_config_n_keys = G_N_ELEMENTS(cc_config_keys);

int
cc_config_schema_find(const char *section, const char *key)
{
    for (guint i = 0; i < cc_config_n_keys; i++)
        if (strcmp(cc_config_keys[i].section, section) == 0 &&
            strcmp(cc_config_keys[i].key, key) == 0)
            return (int)i;
    return -1;
}

gboolean
cc_config_schema_has_section(const char *section)
{
    for (const CcConfigSection *s = cc_config_sections; s->name; s++)
        if (strcmp(s->name, section) == 0)
            return TRUE;
    return FALSE;
}

const char *
cc_config_schema_section_with(const char *key)
{
    for (guint i = 0; i < cc_config_n_keys; i++)
        if (strcmp(cc_config_keys[i].key, key) == 0)
            return cc_config_keys[i].section;
    return NULL;
}

/* Levenshtein distance; names longer than any of ours count as far away. */
static guint
edit_distance(const char *a, const char *b)
{
    enum { MAX_NAME = 48 };
    gsize a_length = strlen(a), b_length = strlen(b);
    guint row[MAX_NAME + 1];

    if (a_length > MAX_NAME || b_length > MAX_NAME)
        return G_MAXUINT;
    for (gsize j = 0; j <= b_length; j++)
        row[j] = (guint)j;
    for (gsize i = 1; i <= a_length; i++) {
        guint diagonal = row[0];
        row[0] = (guint)i;
        for (gsize j = 1; j <= b_length; j++) {
            guint replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_length];
}

static void
consider(const char *candidate, const char *name, const char **best, guint *best_distance)
{
    guint distance = edit_distance(candidate, name);
    gsize length = strlen(candidate);

    /* Near are "http_port" and "widht"; what shares less than two thirds is a guess. */
    if (distance < *best_distance && distance <= (length < 5 ? 1 : MAX(length / 3, 2))) {
        *best = candidate;
        *best_distance = distance;
    }
}

const char *
cc_config_schema_suggest(const char *section, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    const char *best = NULL;
    guint best_distance = G_MAXUINT;

    if (!section) {
        for (const CcConfigSection *s = cc_config_sections; s->name; s++)
            consider(s->name, lower, &best, &best_distance);
        return best;
    }
    for (guint i = 0; i < cc_config_n_keys; i++) {
        const char *key = cc_config_keys[i].key;
        if (strcmp(cc_config_keys[i].section, section) != 0)
            continue;
        consider(key, lower, &best, &best_distance);
        /* "bitrate" for "bitrate-kbps": the unit is what people forget. */
        if (!best && g_str_has_prefix(key, lower) && key[strlen(lower)] == '-')
            best = key;
    }
    return best;
}

static void
append_comment(GString *text, const char *comment)
{
    const gsize width = 98;
    g_auto(GStrv) words = g_strsplit(comment, " ", -1);
    gsize column = 0;

    for (char **word = words; *word; word++) {
        gsize length = (gsize)g_utf8_strlen(*word, -1);
        if (column > 0 && column + 1 + length > width) {
            g_string_append_c(text, '\n');
            column = 0;
        }
        g_string_append(text, column == 0 ? "# " : " ");
        g_string_append(text, *word);
        column += (column == 0 ? 2 : 1) + length;
    }
    g_string_append_c(text, '\n');
}

static void
append_key(GString *text, const CcConfigKey *key)
{
    append_comment(text, _(key->doc));
    if (key->choices) {
        g_autofree char *choices = g_strdelimit(g_strdup(key->choices), "|", ' ');
        g_string_append_printf(text, _("# One of: %s\n"), choices);
    } else if (key->type == CC_CONFIG_INT) {
        g_string_append_printf(text, _("# From %d to %d\n"), key->min, key->max);
    } else if (key->type == CC_CONFIG_LIST) {
        g_string_append(text, _("# A list with ; between its parts\n"));
    }
    g_string_append_printf(text, "#%s =%s%s\n\n", key->key, *key->default_text ? " " : "",
                           key->default_text);
}

char *
cc_config_schema_example(void)
{
    GString *text = g_string_new(NULL);

    append_comment(text,
                   _("classcast's settings. Read from /etc/classcast/classcast.conf, then from "
                     "~/.config/classcast/classcast.conf, then from --config FILE; options of "
                     "the command line come last, and the last one wins."));
    append_comment(text,
                   _("Every key is shown with its default. Remove the # before a key to change "
                     "it, and try the result with: classcast config --check FILE"));
    for (const CcConfigSection *s = cc_config_sections; s->name; s++) {
        g_string_append_c(text, '\n');
        append_comment(text, _(s->doc));
        g_string_append_printf(text, "[%s]\n\n", s->name);
        for (guint i = 0; i < cc_config_n_keys; i++)
            if (strcmp(cc_config_keys[i].section, s->name) == 0)
                append_key(text, &cc_config_keys[i]);
        g_string_truncate(text, text->len - 1);
    }
    return g_string_free(text, FALSE);
}
