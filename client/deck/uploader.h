/* Brings the teacher's stills to the relay, the page that is shown first, in small pieces with
 * pauses so that her voice has the uplink; and again what a relay that was restarted lacks. Main
 * context of its making. */
#pragma once

#include "client/signalling/deck-http.h"
#include "common/deck/manifest.h"

G_BEGIN_DECLS

typedef struct CcDeckUploader CcDeckUploader;

/* @http, @manifest: (transfer full). No page of @manifest is drawn yet. */
CcDeckUploader *cc_deck_uploader_new(CcDeckHttp *http, CcDeckManifest *manifest);
void cc_deck_uploader_free(CcDeckUploader *uploader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckUploader, cc_deck_uploader_free)

/* A page is drawn. */
void cc_deck_uploader_add(CcDeckUploader *uploader, guint page, GBytes *still);
/* The page that is shown now. */
void cc_deck_uploader_show(CcDeckUploader *uploader, guint page);
/* The relay can be reached. What it has is asked anew each time that this becomes TRUE. */
void cc_deck_uploader_set_online(CcDeckUploader *uploader, gboolean online);
/* The relay does not have the deck any more: once again. */
void cc_deck_uploader_renew(CcDeckUploader *uploader);
/* What may flow beside the voice, in the long run. */
void cc_deck_uploader_set_rate(CcDeckUploader *uploader, guint rate_bps);

G_END_DECLS
