/* The worker's sessions by id and by ICE username fragment. Owns them. Worker's thread. */
#pragma once

#include "relay/media/media-session.h"

G_BEGIN_DECLS

typedef struct {
    GHashTable *by_id;    /* char * (the setup's) → CcMediaSession *, owned */
    GHashTable *by_ufrag; /* char * → CcMediaSession * */
} CcSessionTable;

void cc_session_table_init(CcSessionTable *table);
void cc_session_table_clear(CcSessionTable *table);

/* (transfer full) @session. FALSE, and @session freed, if its id or ufrag is taken. */
gboolean cc_session_table_add(CcSessionTable *table, CcMediaSession *session);
void cc_session_table_remove(CcSessionTable *table, CcMediaSession *session);

/* (transfer none) */
CcMediaSession *cc_session_table_find_id(const CcSessionTable *table, const char *id);
/* (transfer none) @ice: the credentials that belong to @ufrag, the session's present or previous
 * ones. */
CcMediaSession *cc_session_table_find_ufrag(const CcSessionTable *table, const char *ufrag,
                                            CcIceLite **ice);

/* An ICE restart adds a ufrag, and its completion forgets the old one. */
void cc_session_table_add_ufrag(CcSessionTable *table, const char *ufrag, CcMediaSession *session);
void cc_session_table_remove_ufrag(CcSessionTable *table, const char *ufrag);

G_END_DECLS
