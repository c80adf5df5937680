/* Whether a teacher is heard well, judged by her microphone's level. Pure: fed ten times a second.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_AUDIBILITY_LISTENING, /* too early to tell */
    CC_AUDIBILITY_NOTHING,   /* no sound at all: the microphone is off, or the wrong one */
    CC_AUDIBILITY_PAUSE,     /* she does not speak; nothing wrong */
    CC_AUDIBILITY_QUIET,
    CC_AUDIBILITY_GOOD,
    CC_AUDIBILITY_LOUD,  /* it is clipped */
    CC_AUDIBILITY_NOISE, /* hardly louder than what is around her */
} CcAudibility;

#define CC_AUDIBILITY_KEPT 50 /* 5 s */

typedef struct {
    double level_db[CC_AUDIBILITY_KEPT], peak_db[CC_AUDIBILITY_KEPT]; /* a ring */
    guint n;                                                          /* ever */
} CcAudibilityState;

void cc_audibility_init(CcAudibilityState *state);
/* @level_db: the mean of the last tenth of a second; @peak_db: its highest sample; 0 is full scale,
 * silence is negative without end. */
CcAudibility cc_audibility_add(CcAudibilityState *state, double level_db, double peak_db);
/* For a meter: 0..1 from -60 dB to full scale. */
double cc_audibility_meter(double db);

G_END_DECLS
