/* The slides of the classroom: follows the room's deck, lets pages be fetched as far as the link
 * allows, and puts the one that is on onto the screen. Main thread, except cc_board_is_due(). */
#pragma once

#include "client/connection.h"
#include "client/recv/screen.h"

G_BEGIN_DECLS

typedef struct CcBoard CcBoard;

/* @screen outlives. */
CcBoard *cc_board_new(const CcConnection *connection, CcScreen *screen);
void cc_board_free(CcBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcBoard, cc_board_free)

/* The connection, or what the relay says of our own link, has changed. */
void cc_board_set_link(CcBoard *board, CcConnectionState state, const CcLink *link);
void cc_board_follow(CcBoard *board, const CcRoomDeck *deck);
/* A page is on that is not here yet. Any thread. */
gboolean cc_board_is_due(const CcBoard *board);

G_END_DECLS
