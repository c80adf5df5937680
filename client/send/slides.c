#include "client/send/slides.h"

struct CcSlides {
    CcPresenter *presenter;
    CcSendStatus *status;
    CcTeacherDisplay *display; /* or NULL */
};

static void
on_turned(guint page, guint n_pages, gboolean blank, gpointer user_data)
{
    CcSlides *slides = user_data;
    cc_send_status_page(slides->status, page, n_pages, blank);
    cc_teacher_display_page(slides->display, page, n_pages, blank);
}

void
cc_slides_turn(CcSlides *slides, CcTurn turn)
{
    if (slides != NULL)
        cc_presenter_turn(slides->presenter, turn);
}

CcSlides *
cc_slides_new(const char *path, CcConnection *connection, CcSendStatus *status,
              CcTeacherDisplay *display, GError **error)
{
    g_autoptr(CcSlides) slides = g_new0(CcSlides, 1);
    slides->status = status;
    slides->display = display;
    slides->presenter = cc_presenter_new(path, on_turned, slides, error);
    if (slides->presenter == NULL || !cc_presenter_connect(slides->presenter, connection, error))
        return NULL;
    return g_steal_pointer(&slides);
}

void
cc_slides_free(CcSlides *slides)
{
    if (slides == NULL)
        return;
    cc_presenter_free(slides->presenter);
    g_free(slides);
}

void
cc_slides_set_online(CcSlides *slides, gboolean online)
{
    if (slides != NULL)
        cc_presenter_set_online(slides->presenter, online);
}

void
cc_slides_set_uplink(CcSlides *slides, gint64 spare_bps)
{
    if (slides != NULL)
        cc_presenter_set_uplink(slides->presenter, spare_bps);
}

void
cc_slides_follow(CcSlides *slides, const CcRoomDeck *deck)
{
    if (slides != NULL)
        cc_presenter_follow(slides->presenter, deck);
}
