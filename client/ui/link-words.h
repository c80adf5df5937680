/* How a link is doing, in words that a person understands. Pure. */
#pragma once

#include "client/connection.h"
#include "client/signalling/room-state.h"

G_BEGIN_DECLS

/* What was given up and why, in the user's language: "picture paused: the link carries only 40
 * kbit/s; voice goes on". NULL if nothing was. (transfer full) */
char *cc_link_words(const CcLink *link);

/* The end of the status line: round trip, TCP where UDP is blocked, and cc_link_words(), each with
 * two spaces ahead. (transfer full) */
char *cc_link_words_tail(const CcLink *link);

/* The same in few words, for a list of classrooms: "voice only, 40 kbit/s"; also of a link that has
 * everything but is in trouble: "loss 8 %". NULL if all is well. (transfer full) */
char *cc_link_words_short(const CcLink *link);

/* For the classroom's screen, in Chinese and English, two lines each: when the picture has stopped,
 * since otherwise it speaks for itself, and that the hand is raised. NULL if neither. (transfer
 * full) */
char *cc_link_words_screen(const CcLink *link, gboolean hand_raised);

/* All of it as one colour, for those who sit far away. */
typedef enum {
    CC_LINK_GOOD, /* green */
    CC_LINK_WEAK, /* amber: the lesson has less than it could */
    CC_LINK_BAD,  /* red: hardly more than the voice */
    CC_LINK_NONE, /* grey: nothing arrives */
} CcLinkColour;

CcLinkColour cc_link_colour(CcConnectionState state, const CcLink *link);
/* And as one word, in the user's language. */
const char *cc_link_words_colour(CcLinkColour colour);

G_END_DECLS
