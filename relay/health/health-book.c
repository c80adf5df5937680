#include "relay/health/health-book.h"

#include <string.h>

struct CcHealthBook {
    GHashTable *rooms;   /* name → CcHealthRoom (owned) */
    GHashTable *links;   /* number → CcHealthLink (owned) */
    GHashTable *by_id;   /* "room\nkind\nid" → CcHealthLink */
    GHashTable *by_name; /* "room\nkind\nrole\nname" → the newest CcHealthLink of that name */
    GQueue changes;      /* CcHealthLink.place, oldest change first */
    guint64 revision;
    guint next_number;
    guint n_unseen, n_unseen_now;
};

CcHealthBook *
cc_health_book_new(void)
{
    CcHealthBook *book = g_new0(CcHealthBook, 1);
    book->rooms =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)cc_health_room_free);
    book->links = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)cc_health_link_free);
    book->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    book->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return book;
}

void
cc_health_book_free(CcHealthBook *book)
{
    if (book == NULL)
        return;
    g_hash_table_unref(book->by_id);
    g_hash_table_unref(book->by_name);
    g_hash_table_unref(book->links);
    g_hash_table_unref(book->rooms);
    g_free(book);
}

static char *
id_key(const char *room, const char *id, gboolean sends)
{
    return g_strdup_printf("%s\n%d\n%s", room, sends, id);
}

static char *
name_key(const char *room, const char *role, const char *name, gboolean sends)
{
    return g_strdup_printf("%s\n%d\n%s\n%s", room, sends, role, name);
}

static void
change(CcHealthBook *book, CcHealthLink *link)
{
    if (link->revision != 0)
        g_queue_unlink(&book->changes, &link->place);
    link->revision = ++book->revision;
    g_queue_push_tail_link(&book->changes, &link->place);
}

/* Takes @key from @table if it means @link. */
static void
unlist(GHashTable *table, char *owned_key, const CcHealthLink *link)
{
    g_autofree char *key = owned_key;
    if (g_hash_table_lookup(table, key) == link)
        g_hash_table_remove(table, key);
}

static void
unlist_both(CcHealthBook *book, const CcHealthLink *link)
{
    unlist(book->by_id, id_key(link->room->name, link->id, link->sends), link);
    unlist(book->by_name, name_key(link->room->name, link->role, link->name, link->sends), link);
}

static void
forget(CcHealthBook *book, CcHealthLink *link)
{
    unlist_both(book, link);
    g_queue_unlink(&book->changes, &link->place);
    g_hash_table_remove(book->links, GUINT_TO_POINTER(link->number));
}

/* The one that has been gone longest makes place. FALSE if all are there. */
static gboolean
make_place(CcHealthBook *book)
{
    CcHealthLink *oldest = NULL;

    for (GList *at = book->changes.head; at != NULL; at = at->next) {
        CcHealthLink *link = at->data;
        if (link->presence != CC_PRESENCE_HERE &&
            (oldest == NULL || link->seen_tick < oldest->seen_tick))
            oldest = link;
    }
    if (oldest != NULL)
        forget(book, oldest);
    return oldest != NULL;
}

void
cc_health_book_see_room(CcHealthBook *book, guint32 tick, const char *name, guint lesson,
                        gboolean under_way)
{
    CcHealthRoom *room = g_hash_table_lookup(book->rooms, name);

    if (room == NULL) {
        if (g_hash_table_size(book->rooms) >= CC_HEALTH_MAX_ROOMS)
            return;
        room = cc_health_room_new(name);
        room->revision = ++book->revision;
        g_hash_table_insert(book->rooms, room->name, room);
    }
    cc_health_room_see(room, tick, lesson, under_way);
}

static CcHealthLink *
add_link(CcHealthBook *book, CcHealthRoom *room, guint32 tick, gboolean sends)
{
    CcHealthLink *link;

    if (g_hash_table_size(book->links) >= CC_HEALTH_MAX_LINKS && !make_place(book))
        return NULL;
    link = cc_health_link_new(++book->next_number, room, sends, tick);
    g_hash_table_insert(book->links, GUINT_TO_POINTER(link->number), link);
    return link;
}

static gboolean
is_same_person(const CcHealthLink *link, const CcHealthWho *who)
{
    return g_strcmp0(link->name, who->name) == 0 && g_strcmp0(link->role, who->role) == 0;
}

/* From now on it is known as @who. */
static void
label(CcHealthBook *book, CcHealthLink *link, const CcHealthWho *who)
{
    if (link->id != NULL)
        unlist_both(book, link);
    g_free(link->id);
    g_free(link->role);
    g_free(link->name);
    link->id = g_strdup(who->id);
    link->role = g_strdup(who->role);
    link->name = g_strdup(who->name);
    g_hash_table_replace(book->by_id, id_key(who->room, who->id, who->sends), link);
    g_hash_table_replace(book->by_name, name_key(who->room, who->role, who->name, who->sends),
                         link);
    change(book, link);
}

/* By its id, unless somebody else has that now; or by the name of one that is gone, since a PC that
 * was switched off comes back under another id. */
static CcHealthLink *
find_link(CcHealthBook *book, CcHealthRoom *room, guint32 tick, const CcHealthWho *who)
{
    g_autofree char *by_id = id_key(who->room, who->id, who->sends);
    g_autofree char *by_name = name_key(who->room, who->role, who->name, who->sends);
    CcHealthLink *link = g_hash_table_lookup(book->by_id, by_id);

    if (link != NULL && is_same_person(link, who))
        return link;
    if (link != NULL && link->presence != CC_PRESENCE_HERE)
        link = NULL;
    if (link == NULL && *who->name != '\0') {
        link = g_hash_table_lookup(book->by_name, by_name);
        if (link != NULL && link->presence == CC_PRESENCE_HERE)
            link = NULL;
    }
    if (link == NULL)
        link = add_link(book, room, tick, who->sends);
    if (link != NULL)
        label(book, link, who);
    return link;
}

gboolean
cc_health_book_see_link(CcHealthBook *book, guint32 tick, const CcHealthWho *who,
                        const CcLinkValues *values)
{
    CcHealthRoom *room = g_hash_table_lookup(book->rooms, who->room);
    CcHealthLink *link = room != NULL ? find_link(book, room, tick, who) : NULL;

    if (link == NULL) {
        book->n_unseen_now++;
        return FALSE;
    }
    cc_health_link_see(link, tick, values);
    cc_health_room_add(room, values, link->sends, cc_health_link_is_teachers(link));
    return TRUE;
}

void
cc_health_book_leave(CcHealthBook *book, const char *room, const char *id, gboolean sends)
{
    g_autofree char *key = id_key(room, id, sends);
    CcHealthLink *link = g_hash_table_lookup(book->by_id, key);

    if (link != NULL)
        link->presence = CC_PRESENCE_LEFT;
}

/* TRUE if the same school is here as somebody else, having come again before it was missed. */
static gboolean
came_again(CcHealthBook *book, const CcHealthLink *link)
{
    g_autofree char *key = name_key(link->room->name, link->role, link->name, link->sends);
    const CcHealthLink *newest = g_hash_table_lookup(book->by_name, key);

    return *link->name != '\0' && newest != NULL && newest != link &&
           newest->presence == CC_PRESENCE_HERE;
}

static void
judge(CcHealthBook *book, CcHealthLink *link, guint32 tick)
{
    CcMove move;

    if (link->seen_tick != tick)
        cc_health_link_miss(link, tick, came_again(book, link));
    if (cc_health_link_judge(link, tick))
        change(book, link);
    cc_health_room_judge(link->room, link->number, &link->judgement);
    /* A school that speaks comes and goes with its link that watches, a teacher with the one by
     * which she teaches. */
    if (cc_health_link_moved(link, &move) && link->sends == cc_health_link_is_teachers(link))
        cc_health_room_move(link->room, tick, link->number, move);
}

static gboolean
is_forgotten(gpointer key, gpointer value, gpointer user_data)
{
    return GPOINTER_TO_UINT(user_data) - ((CcHealthRoom *)value)->seen_tick >= CC_HEALTH_TICKS;
}

static void
close_rooms(CcHealthBook *book, guint32 tick)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, book->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        CcHealthRoom *room = value;
        if (cc_health_room_close(room, tick))
            room->revision = ++book->revision;
    }
    g_hash_table_foreach_remove(book->rooms, is_forgotten, GUINT_TO_POINTER(tick));
}

void
cc_health_book_close(CcHealthBook *book, guint32 tick)
{
    /* What changes moves behind the end of the queue as it is now. */
    GList *last = book->changes.tail, *next;

    for (GList *at = book->changes.head; at != NULL; at = next) {
        CcHealthLink *link = at->data;
        gboolean done = at == last;
        next = done ? NULL : at->next;
        if (tick - link->seen_tick >= CC_HEALTH_TICKS)
            forget(book, link);
        else
            judge(book, link, tick);
    }
    close_rooms(book, tick);
    book->n_unseen = book->n_unseen_now;
    book->n_unseen_now = 0;
}

GPtrArray *
cc_health_book_changed_links(CcHealthBook *book, guint64 revision, guint most, guint64 *last)
{
    GPtrArray *changed = g_ptr_array_new();
    GList *at = book->changes.tail;

    while (at != NULL && ((CcHealthLink *)at->data)->revision > revision)
        at = at->prev;
    at = at != NULL ? at->next : book->changes.head;
    *last = book->revision;
    for (; at != NULL && changed->len < most; at = at->next)
        g_ptr_array_add(changed, at->data);
    if (at != NULL)
        *last = ((CcHealthLink *)g_ptr_array_index(changed, changed->len - 1))->revision;
    return changed;
}

static int
compare_rooms(gconstpointer a, gconstpointer b)
{
    return strcmp((*(CcHealthRoom *const *)a)->name, (*(CcHealthRoom *const *)b)->name);
}

GPtrArray *
cc_health_book_changed_rooms(CcHealthBook *book, guint64 revision)
{
    GPtrArray *changed = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, book->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((CcHealthRoom *)value)->revision > revision)
            g_ptr_array_add(changed, value);
    g_ptr_array_sort(changed, compare_rooms);
    return changed;
}

const CcHealthLink *
cc_health_book_link(CcHealthBook *book, guint number)
{
    return g_hash_table_lookup(book->links, GUINT_TO_POINTER(number));
}

const CcHealthRoom *
cc_health_book_room(CcHealthBook *book, const char *name)
{
    return g_hash_table_lookup(book->rooms, name);
}

guint
cc_health_book_n_links(const CcHealthBook *book)
{
    return g_hash_table_size(book->links);
}

guint
cc_health_book_n_rooms(const CcHealthBook *book)
{
    return g_hash_table_size(book->rooms);
}

guint
cc_health_book_n_unseen(const CcHealthBook *book)
{
    return book->n_unseen;
}
