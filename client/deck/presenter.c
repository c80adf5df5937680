#define CC_LOG_AREA "deck"
#include "client/deck/presenter.h"

#include <glib/gi18n.h>

#include "client/deck/drawer.h"
#include "client/deck/uploader.h"
#include "common/base/error.h"
#include "common/base/log.h"

struct CcPresenter {
    CcDeckDrawer *drawer;
    CcDeckUploader *uploader; /* from cc_presenter_connect() on */
    CcDeckManifest *manifest; /* until then */
    CcConnection *connection; /* (transfer none) */
    char *id;
    guint page, n_pages;
    gboolean blank;
    gboolean agreed; /* the relay has told the page that we are at */
    gboolean known;  /* the relay has the deck */
    CcPresenterTurnedFunc turned;
    gpointer user_data;
};

static void
on_drawn(guint page, GBytes *still, gpointer user_data)
{
    cc_deck_uploader_add(((CcPresenter *)user_data)->uploader, page, still);
}

CcPresenter *
cc_presenter_new(const char *path, CcPresenterTurnedFunc turned, gpointer user_data, GError **error)
{
    CcDeckPdf *pdf = cc_deck_pdf_open(path, error);
    if (pdf == NULL)
        return NULL;
    g_autofree char *title = g_path_get_basename(path);
    CcPresenter *presenter = g_new0(CcPresenter, 1);
    presenter->id = g_strdup(cc_deck_pdf_id(pdf));
    presenter->n_pages = cc_deck_pdf_n_pages(pdf);
    presenter->manifest = cc_deck_manifest_new(presenter->id, title, presenter->n_pages);
    presenter->turned = turned;
    presenter->user_data = user_data;
    cc_info("slides from %s: %u pages", path, presenter->n_pages);
    presenter->drawer = cc_deck_drawer_new(pdf, on_drawn, presenter);
    return presenter;
}

void
cc_presenter_free(CcPresenter *presenter)
{
    if (presenter == NULL)
        return;
    cc_deck_drawer_free(presenter->drawer);
    cc_deck_uploader_free(presenter->uploader);
    cc_deck_manifest_free(presenter->manifest);
    g_free(presenter->id);
    g_free(presenter);
}

gboolean
cc_presenter_connect(CcPresenter *presenter, CcConnection *connection, GError **error)
{
    CcDeckHttp *http = cc_connection_deck_http(connection);
    if (http == NULL) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE,
                            _("this relay takes no slides: only a classcast relay does"));
        return FALSE;
    }
    presenter->connection = connection;
    presenter->uploader = cc_deck_uploader_new(http, g_steal_pointer(&presenter->manifest));
    presenter->turned(presenter->page, presenter->n_pages, presenter->blank, presenter->user_data);
    return TRUE;
}

void
cc_presenter_set_online(CcPresenter *presenter, gboolean online)
{
    presenter->agreed = FALSE;
    cc_deck_uploader_set_online(presenter->uploader, online);
}

/* Half of what is spare: the uplink's other pictures go on. */
void
cc_presenter_set_uplink(CcPresenter *presenter, gint64 spare_bps)
{
    cc_deck_uploader_set_rate(presenter->uploader, (guint)CLAMP(spare_bps / 2, 16000, 4000000));
}

static void
show(CcPresenter *presenter)
{
    cc_info("page=%u of=%u%s", presenter->page + 1, presenter->n_pages,
            presenter->blank ? " blank" : "");
    cc_deck_drawer_show(presenter->drawer, presenter->page);
    cc_deck_uploader_show(presenter->uploader, presenter->page);
    presenter->turned(presenter->page, presenter->n_pages, presenter->blank, presenter->user_data);
}

static void
say(CcPresenter *presenter)
{
    cc_connection_turn_page(presenter->connection, presenter->id, presenter->page,
                            presenter->blank);
}

void
cc_presenter_follow(CcPresenter *presenter, const CcRoomDeck *deck)
{
    gboolean ours = deck->id != NULL && g_str_equal(deck->id, presenter->id);
    if (!ours) { /* a relay that was restarted, or whose room has been empty */
        presenter->agreed = FALSE;
        if (presenter->known)
            cc_deck_uploader_renew(presenter->uploader);
        presenter->known = FALSE;
        return;
    }
    presenter->known = TRUE;
    if (deck->page == presenter->page && deck->blank == presenter->blank) {
        presenter->agreed = TRUE;
    } else if (!presenter->agreed) {
        say(presenter); /* it has not heard of it, or not yet */
    } else if (deck->page < presenter->n_pages) {
        presenter->page = deck->page; /* somebody else who may teach has turned it */
        presenter->blank = deck->blank;
        show(presenter);
    }
}

void
cc_presenter_turn(CcPresenter *presenter, CcTurn turn)
{
    guint page = presenter->page, last = presenter->n_pages - 1;
    gboolean blank = FALSE;

    if (turn == CC_TURN_NEXT)
        page = MIN(page + 1, last);
    else if (turn == CC_TURN_BACK)
        page = page > 0 ? page - 1 : 0;
    else if (turn == CC_TURN_FIRST)
        page = 0;
    else if (turn == CC_TURN_LAST)
        page = last;
    else
        blank = !presenter->blank;
    if (page == presenter->page && blank == presenter->blank)
        return;
    presenter->page = page;
    presenter->blank = blank;
    presenter->agreed = FALSE;
    say(presenter);
    show(presenter);
}

void
cc_presenter_point(CcPresenter *presenter, const guint place[2])
{
    cc_connection_point(presenter->connection, place);
}
