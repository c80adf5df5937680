#include "relay/media/session-table.h"

void
cc_session_table_init(CcSessionTable *table)
{
    table->by_id =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)cc_media_session_free);
    table->by_ufrag = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void
cc_session_table_clear(CcSessionTable *table)
{
    g_clear_pointer(&table->by_ufrag, g_hash_table_unref);
    g_clear_pointer(&table->by_id, g_hash_table_unref);
}

gboolean
cc_session_table_add(CcSessionTable *table, CcMediaSession *session)
{
    if (g_hash_table_contains(table->by_id, session->setup->id) ||
        g_hash_table_contains(table->by_ufrag, session->setup->local_ufrag)) {
        cc_media_session_free(session);
        return FALSE;
    }
    g_hash_table_insert(table->by_id, session->setup->id, session);
    cc_session_table_add_ufrag(table, session->setup->local_ufrag, session);
    return TRUE;
}

void
cc_session_table_remove(CcSessionTable *table, CcMediaSession *session)
{
    cc_session_table_remove_ufrag(table, session->setup->local_ufrag);
    if (session->previous_ufrag)
        cc_session_table_remove_ufrag(table, session->previous_ufrag);
    g_hash_table_remove(table->by_id, session->setup->id);
}

CcMediaSession *
cc_session_table_find_id(const CcSessionTable *table, const char *id)
{
    return g_hash_table_lookup(table->by_id, id);
}

CcMediaSession *
cc_session_table_find_ufrag(const CcSessionTable *table, const char *ufrag, CcIceLite **ice)
{
    CcMediaSession *session = g_hash_table_lookup(table->by_ufrag, ufrag);
    if (!session || session->end_reason)
        return NULL;
    *ice = g_str_equal(ufrag, session->setup->local_ufrag) ? session->ice : session->previous_ice;
    return session;
}

void
cc_session_table_add_ufrag(CcSessionTable *table, const char *ufrag, CcMediaSession *session)
{
    g_hash_table_insert(table->by_ufrag, g_strdup(ufrag), session);
}

void
cc_session_table_remove_ufrag(CcSessionTable *table, const char *ufrag)
{
    g_hash_table_remove(table->by_ufrag, ufrag);
}
