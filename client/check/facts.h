/* What the probes measure and the judges judge. Values; strings belong to the struct. */
#pragma once

#include <gio/gio.h>

#include "client/check/ramp.h"
#include "client/signalling/room-state.h"
#include "common/auth/token.h"

G_BEGIN_DECLS

typedef struct {
    char *host;
    gboolean literal; /* an IP address: nothing to look up */
    gboolean found;
    gboolean timed_out;
    gboolean offline; /* this machine has no way out at all */
    guint ms;
    char *addresses; /* "192.0.2.1, 2001:db8::1"; NULL if not found */
} CcNameFacts;

typedef enum {
    CC_REACHED,
    CC_REACH_REFUSED,     /* nobody listens there, or a firewall says so */
    CC_REACH_TIMED_OUT,   /* no answer at all */
    CC_REACH_UNREACHABLE, /* no way there */
    CC_REACH_FAILED,      /* anything else */
} CcReach;

typedef struct {
    char *host;
    guint port;
    gboolean https;
    CcReach reach;
    guint connect_ms;
    gboolean encrypted;            /* the TLS handshake ended well, with whatever certificate */
    GTlsCertificateFlags distrust; /* of the certificate */
    GDateTime *valid_until;        /* of it; NULL: unknown */
    gboolean answered;             /* something that speaks HTTP */
    gboolean slow;                 /* the time was over before it did */
    gboolean dated;                /* and said what time it is */
    gint64 ahead_s;                /* by how much the clock here is ahead of that */
    char *detail;                  /* of what failed, for IT staff; or NULL */
} CcServerFacts;

typedef struct {
    const char *room; /* (transfer none) */
    guint status;     /* HTTP status of the POST; 0: no answer */
    char *detail;
    gboolean has_token, token_readable;
    CcTokenClaims claims; /* of a readable one */
    gint64 now_s;         /* by the relay's clock as far as it is known */
} CcRoomFacts;

typedef struct {
    gboolean heard; /* the room's events tell something */
    CcLesson lesson;
    guint others; /* connected, besides the teacher */
} CcLessonFacts;

typedef struct {
    gboolean enabled; /* in [network] */
    guint port;       /* 0: the relay offers none */
    gboolean open;
    gboolean refused; /* ICMP or RST came back */
    guint ms;         /* until the first answer */
} CcPathFacts;

/* What the media port's answers tell. Losses are 0..1. */
typedef struct {
    gboolean measured, answered; /* the second: this relay knows such questions */
    gboolean tcp;
    guint sent, received;
    guint least_ms, median_ms, usual_ms; /* round trips; the last: of all but a twentieth */
    double loss_up, loss_down;
} CcDelayFacts;

typedef struct {
    gboolean measured;
    gboolean busy; /* the relay had no time for it */
    gboolean cut;  /* limited, for a lesson is on */
    CcRampResult result;
} CcRateFacts;

typedef struct {
    gboolean wanted; /* by the settings */
    gboolean there;
    gboolean no_display;
    char *name;
} CcDeviceFacts;

typedef struct {
    guint height; /* the largest that was decoded in time; 0: none */
    guint fps;    /* at that, or at the least size if none was */
    gboolean no_decoder;
    gboolean whole; /* all sizes were tried */
} CcDecoderFacts;

void cc_name_facts_clear(CcNameFacts *facts);
void cc_server_facts_clear(CcServerFacts *facts);
void cc_room_facts_clear(CcRoomFacts *facts);
void cc_device_facts_clear(CcDeviceFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcNameFacts, cc_name_facts_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcServerFacts, cc_server_facts_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcRoomFacts, cc_room_facts_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcDeviceFacts, cc_device_facts_clear)

G_END_DECLS
