/* From what was measured to a colour, words and the next step. Pure: no I/O. Each result is
 * (transfer full). */
#pragma once

#include "client/check/facts.h"
#include "client/check/finding.h"

G_BEGIN_DECLS

CcFinding *cc_judge_name(const CcNameFacts *facts);
CcFinding *cc_judge_server(const CcServerFacts *facts);
/* @now: names the day where the clock may be to blame. */
CcFinding *cc_judge_certificate(const CcServerFacts *facts, GDateTime *now);
CcFinding *cc_judge_clock(const CcServerFacts *facts);
CcFinding *cc_judge_room(const CcRoomFacts *facts);
CcFinding *cc_judge_lesson(const CcLessonFacts *facts);

CcFinding *cc_judge_udp(const CcPathFacts *udp, const CcPathFacts *tcp);
CcFinding *cc_judge_tcp(const CcPathFacts *tcp, const CcPathFacts *udp);
CcFinding *cc_judge_delay(const CcDelayFacts *facts);
CcFinding *cc_judge_jitter(const CcDelayFacts *facts);
CcFinding *cc_judge_loss(const CcDelayFacts *facts);
/* @down: towards here. @needed: what is heard and seen here, or comes from here: a classroom needs
 * the way down, a teacher the way up; the other one only becomes amber. */
CcFinding *cc_judge_rate(const CcRateFacts *facts, gboolean down, gboolean needed);

typedef enum {
    CC_DEVICE_LOUDSPEAKER,
    CC_DEVICE_SCREEN,
    CC_DEVICE_MICROPHONE_IN,
    CC_DEVICE_CAMERA_IN,
} CcCheckedDevice;

CcFinding *cc_judge_device(CcCheckedDevice device, const CcDeviceFacts *facts, gboolean needed);
CcFinding *cc_judge_decoder(const CcDecoderFacts *facts, gboolean needed);

G_END_DECLS
