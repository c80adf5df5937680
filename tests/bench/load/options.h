/* The command line of lesson-load. */
#pragma once

#include <netinet/in.h>

#include "common/transport/srtp.h"

G_BEGIN_DECLS

typedef enum { LOAD_PEER_CLASSCAST, LOAD_PEER_JANUS, LOAD_PEER_SINK } LoadPeer;

typedef struct {
    LoadPeer peer;
    char *peer_name;
    char *url, *token, *json;
    char *sink_target, *sink_file;
    struct in_addr local; /* that the sockets are bound to */
    gint rooms, receivers;
    char *profile_name;
    CcSrtpProfile profile;
    gint fps, packets_per_frame, video_bytes; /* bytes of RTP payload */
    gint audio_rate, audio_bytes;
    gint join_rate;       /* sessions a second */
    gboolean no_feedback; /* receivers do not negotiate transport-wide feedback */
    double warmup_s, seconds;
    GArray *watched; /* pid_t */
    gint decrypt;
    gint churn_rate;
    double churn_s;
} LoadOptions;

/* Error: what is wrong with the command line. "--help" ends the program. */
LoadOptions *load_options_parse(int argc, char **argv, GError **error);
void load_options_free(LoadOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadOptions, load_options_free)

/* Receivers that come while measuring. */
guint load_options_churn(const LoadOptions *options);
/* Packets a second that one receiver is sent. */
double load_options_packet_rate(const LoadOptions *options);

G_END_DECLS
