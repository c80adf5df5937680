/* Tells those who listen to a room's events how its participants' links are doing ("links" in
 * docs/protocol.md): each observer what it has asked for, at most once a second. Control thread
 * only.
 */
#pragma once

#include "relay/control/control.h"

G_BEGIN_DECLS

CcLinks *cc_links_new(CcControl *control);
void cc_links_free(CcLinks *links);

/* A worker says how a session's link is doing. */
void cc_links_report(CcLinks *links, const char *session_id, const CcLinkReport *report);
/* The session is no more, or out of reach. Unknown ones are fine. */
/* (transfer none) NULL if nothing is known. */
const CcLinkReport *cc_links_report_of(const CcLinks *links, const char *session_id);
void cc_links_forget(CcLinks *links, const char *session_id);

/* An observer of @room wants to know of @participant, or of everybody if that is "*": what there is
 * to say at once. (transfer full) NULL if there is nothing. */
char *cc_links_describe(CcLinks *links, const char *room, const char *participant);
/* Who wants to know: nothing is told, and nothing known, while nobody does. */
typedef enum {
    CC_LINKS_OBSERVERS,
    CC_LINKS_DECKS, /* how fast pages may flow depends on it */
    CC_LINKS_N_READERS
} CcLinksReader;
void cc_links_set_wanted(CcLinks *links, CcLinksReader reader, gboolean wanted);

G_END_DECLS
