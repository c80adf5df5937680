#include "client/recv/board.h"

#include "client/deck/viewer.h"

#define TROUBLED_LOSS 0.2

struct CcBoard {
    CcDeckViewer *viewer;
    CcScreen *screen;
    gint due; /* atomic */
};

static void
on_changed(gpointer user_data)
{
    CcBoard *board = user_data;
    const CcDeckImage *image = cc_deck_viewer_image(board->viewer);
    guint x, y;
    gboolean pointing = cc_deck_viewer_pointer(board->viewer, &x, &y);
    g_autoptr(CcDeckImage) pointed =
        image != NULL && pointing ? cc_deck_image_point(image, x, y) : NULL;
    cc_screen_set_page(board->screen, pointed != NULL ? pointed : image);
    g_atomic_int_set(&board->due, cc_deck_viewer_is_waiting(board->viewer));
}

CcBoard *
cc_board_new(const CcConnection *connection, CcScreen *screen)
{
    CcBoard *board = g_new0(CcBoard, 1);
    board->screen = screen;
    board->viewer = cc_deck_viewer_new(cc_connection_deck_http(connection), on_changed, board);
    return board;
}

void
cc_board_free(CcBoard *board)
{
    if (board == NULL)
        return;
    cc_deck_viewer_free(board->viewer);
    g_free(board);
}

/* Pages travel ahead while the link is well, also before the lesson and while the teacher is away;
 * a page that is to be seen does so as long as there is a link. */
void
cc_board_set_link(CcBoard *board, CcConnectionState state, const CcLink *link)
{
    gboolean connected =
        state == CC_CONNECTION_ON || state == CC_CONNECTION_WAITING || state == CC_CONNECTION_AWAY;
    CcDeckFetch fetch = link->loss < TROUBLED_LOSS ? CC_DECK_FETCH_ALL : CC_DECK_FETCH_PAGE;
    cc_deck_viewer_set_fetch(board->viewer, connected ? fetch : CC_DECK_FETCH_NOTHING);
}

void
cc_board_follow(CcBoard *board, const CcRoomDeck *deck)
{
    cc_deck_viewer_follow(board->viewer, deck);
}

gboolean
cc_board_is_due(const CcBoard *board)
{
    return g_atomic_int_get(&board->due);
}
