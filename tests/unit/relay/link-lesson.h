/* A lesson, and one who watches as if behind a link of a certain rate: times of arrival are made
 * up, all else is real. */
#pragma once

#include "common/wire/transport-cc.h"
#include "media-peer.h"

typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    guint16 pictures, screens, voices; /* sent */
    guint link_bps;                    /* what the made-up link takes */
    gint64 idle_us;                    /* when it has delivered all that it was given */
    guint n_read;                      /* of the watcher's packets */
    guint n_asked;                     /* keyframes that have been asked for and sent */
    gboolean withheld;                 /* the teacher sends none, whoever asks */
    CcTransportCcRecorder recorder;
} LinkLesson;

/* @numbered: the watcher gives transport-wide feedback. */
void link_lesson_begin(LinkLesson *lesson, gboolean numbered);
/* With feedback, and a voice that can be sent again (RTX) and takes RED. */
void link_lesson_begin_repaired(LinkLesson *lesson);
/* Without feedback, but with the teacher's screen as a second video. */
void link_lesson_begin_with_screen(LinkLesson *lesson);
/* The same; the teacher does what she is told, and packets are kept for @history_ms. */
void link_lesson_begin_forgetful(LinkLesson *lesson, guint history_ms);
void link_lesson_end(LinkLesson *lesson);
/* One packet of 1000 bytes; its id is its number. */
void link_lesson_picture(LinkLesson *lesson, gboolean keyframe);
/* The same of the screen. */
void link_lesson_screen(LinkLesson *lesson, gboolean keyframe);
/* So many pictures a second, and as many packets of voice, with feedback every 50 ms. */
void link_lesson_run(LinkLesson *lesson, guint milliseconds, guint pictures_per_s);
/* A packet's transport-wide number. */
guint16 link_lesson_number(const CcRtpHeader *rtp);
/* Nothing that could be taken for a loss, and no number twice: SRTP would give its keys away. */
void link_lesson_check(const LinkLesson *lesson);
