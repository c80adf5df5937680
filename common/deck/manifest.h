/* What a deck of slides consists of, as the teacher's client tells the relay and the relay the
 * classrooms (docs/protocol.md): one line for the deck and one for each page.
 *
 *   deck 5be1c2… lesson.pdf
 *   0123456789abcdef0123456789abcdef 31250
 *   -
 *
 * A page is known by the hash of its still; "-" is one that is not drawn yet. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_DECK_MAX_PAGES 400
#define CC_DECK_MAX_PAGE_BYTES (1024 * 1024)
#define CC_DECK_HASH_LENGTH 32
#define CC_DECK_MAX_ID 64
#define CC_DECK_MAX_TITLE 200

typedef struct {
    char hash[CC_DECK_HASH_LENGTH + 1]; /* "": not drawn yet */
    guint bytes;
} CcDeckPage;

typedef struct {
    char *id;      /* the same for the same deck, however much of it is drawn */
    char *title;   /* for people; may be "" */
    GArray *pages; /* CcDeckPage, at least one */
} CcDeckManifest;

/* @id: 1 to CC_DECK_MAX_ID letters and digits. @title: shortened, and made one line. */
CcDeckManifest *cc_deck_manifest_new(const char *id, const char *title, guint n_pages);
void cc_deck_manifest_free(CcDeckManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckManifest, cc_deck_manifest_free)

/* Error: CC_ERROR_PROTOCOL. */
CcDeckManifest *cc_deck_manifest_parse(const char *text, gsize length, GError **error);
/* (transfer full) */
char *cc_deck_manifest_to_string(const CcDeckManifest *manifest);

/* (transfer none) NULL if there is no such page. */
CcDeckPage *cc_deck_manifest_page(const CcDeckManifest *manifest, guint index);
/* (transfer none) the first page with that still, or NULL. */
const CcDeckPage *cc_deck_manifest_find(const CcDeckManifest *manifest, const char *hash);

/* The first 128 bits of its SHA-256, in lower-case hexadecimal digits. */
void cc_deck_hash(const guint8 *data, gsize length, char hash[CC_DECK_HASH_LENGTH + 1]);
gboolean cc_deck_hash_is_valid(const char *hash);
gboolean cc_deck_id_is_valid(const char *id);

G_END_DECLS
