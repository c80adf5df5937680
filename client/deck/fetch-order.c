#include "client/deck/fetch-order.h"

guint
cc_fetch_rank(guint current, guint n_pages, guint page)
{
    guint before = current, after = n_pages - 1 - current;

    /* Ahead: 1, 2, 4, 5, 7, 8, …; back: 3, 6, 9, …; and what one side lacks the other one takes. */
    if (page == current)
        return 0;
    if (page > current) {
        guint nth = page - current, back = MIN((nth - 1) / 2, before);
        return nth + back;
    }
    guint nth = current - page, ahead = MIN(nth * 2, after);
    return nth + ahead;
}

guint
cc_fetch_order(guint current, guint n_pages, guint rank)
{
    for (guint page = 0; page < n_pages; page++)
        if (cc_fetch_rank(current, n_pages, page) == rank)
            return page;
    g_return_val_if_reached(current);
}
