/* The teacher's deck during a lesson: which page is on, drawing, bringing it to the relay, and
 * turning pages; the relay's word is what all see, so that the teacher's page may turn pages as
 * well. Main context of its making. */
#pragma once

#include "client/connection.h"
#include "client/signalling/room-deck.h"

G_BEGIN_DECLS

typedef struct CcPresenter CcPresenter;

typedef enum {
    CC_TURN_NEXT,
    CC_TURN_BACK,
    CC_TURN_FIRST,
    CC_TURN_LAST,
    CC_TURN_BLANK, /* show nothing, or the page again */
} CcTurn;

/* @blank: the page is hidden. */
typedef void (*CcPresenterTurnedFunc)(guint page, guint n_pages, gboolean blank,
                                      gpointer user_data);

/* Opens a PDF; drawing begins at once. Error: as cc_deck_pdf_open(). */
CcPresenter *cc_presenter_new(const char *path, CcPresenterTurnedFunc turned, gpointer user_data,
                              GError **error);
void cc_presenter_free(CcPresenter *presenter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPresenter, cc_presenter_free)

/* @connection outlives. Error: CC_ERROR_USAGE: to servers of others there is no way for slides. */
gboolean cc_presenter_connect(CcPresenter *presenter, CcConnection *connection, GError **error);
void cc_presenter_set_online(CcPresenter *presenter, gboolean online);
/* What the uplink has beside voice and what repairs it. */
void cc_presenter_set_uplink(CcPresenter *presenter, gint64 spare_bps);
/* The room's deck, as the relay tells it. */
void cc_presenter_follow(CcPresenter *presenter, const CcRoomDeck *deck);

void cc_presenter_turn(CcPresenter *presenter, CcTurn turn);
/* 0 to CC_POINTER_MAX each way; NULL: no longer. */
void cc_presenter_point(CcPresenter *presenter, const guint place[2]);

G_END_DECLS
