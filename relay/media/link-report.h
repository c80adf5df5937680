/* How a participant's link is doing, in the few numbers and words that people look at: what
 * arrives, what the way takes, and what had to be given up and why. Told to the control thread when
 * it changes, at most once a second. A value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_PICTURE_NONE,    /* nobody sends one, or this receiver wants none */
    CC_PICTURE_WHOLE,   /* all that there is */
    CC_PICTURE_REDUCED, /* smaller, or fewer pictures a second */
    CC_PICTURE_STILLS,  /* a fresh one now and then */
    CC_PICTURE_PAUSED,  /* voice alone */
} CcPictureState;

typedef enum {
    CC_LINK_REASON_NONE,  /* nothing was given up */
    CC_LINK_REASON_RATE,  /* the link does not carry more */
    CC_LINK_REASON_LOSS,  /* too much is lost on it */
    CC_LINK_REASON_RELAY, /* the relay has too much to do */
} CcLinkReason;

typedef struct {
    guint bps;           /* that flow, RTP with its headers */
    guint voice_bps;     /* of it voices, on the wire; 0: unknown */
    guint estimate_bps;  /* that the way is thought to take; 0: unknown */
    guint loss_permille; /* of what was sent, in its latest report */
    int rtt_ms;          /* -1: unknown */
    gboolean tcp;
    CcPictureState picture;
    CcLinkReason reason;
} CcLinkReport;

/* "none", "whole", "reduced", "stills", "paused"; NULL, "rate", "loss", "relay": as in
 * docs/protocol.md. */
const char *cc_picture_state_name(CcPictureState state);
const char *cc_link_reason_name(CcLinkReason reason);

/* TRUE if people would see the difference: another word, or a number that has moved by a sixth. */
gboolean cc_link_report_differs(const CcLinkReport *a, const CcLinkReport *b);

G_END_DECLS
