/* The deck of `classcast send`: its presenter, and the status line and window that say which page
 * is on. Main thread. All functions take NULL: a lesson without slides. */
#pragma once

#include "client/connection.h"
#include "client/deck/presenter.h"
#include "client/send/send-status.h"
#include "client/send/teacher-display.h"

G_BEGIN_DECLS

typedef struct CcSlides CcSlides;

/* @path: a PDF. @connection, @status, @display (or NULL): outlive. Error: as cc_presenter_new() and
 * cc_presenter_connect(). */
CcSlides *cc_slides_new(const char *path, CcConnection *connection, CcSendStatus *status,
                        CcTeacherDisplay *display, GError **error);
void cc_slides_free(CcSlides *slides);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSlides, cc_slides_free)

void cc_slides_turn(CcSlides *slides, CcTurn turn);
void cc_slides_set_online(CcSlides *slides, gboolean online);
void cc_slides_set_uplink(CcSlides *slides, gint64 spare_bps);
void cc_slides_follow(CcSlides *slides, const CcRoomDeck *deck);

G_END_DECLS
