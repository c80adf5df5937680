/* The slides' way over HTTP, between client and relay (docs/protocol.md): manifests and pieces of
 * stills, one request at a time. Main context of its making. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcDeckHttp CcDeckHttp;

#define CC_DECK_MAX_PIECE (48 * 1024) /* below what a request's body, and an answer, may have */

/* @url: "https://relay.example/rooms/math/deck". @token, @tls_ca_file: as in cc_signalling_new().
 * @client: by what the relay knows us, or NULL. Error: CC_ERROR_USAGE, CC_ERROR_CONFIG. */
CcDeckHttp *cc_deck_http_new(const char *url, const char *token, const char *tls_ca_file,
                             const char *client, GError **error);
/* What is under way is dropped. */
void cc_deck_http_free(CcDeckHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckHttp, cc_deck_http_free)

typedef struct {
    guint status;        /* of HTTP; 0: no answer, or not all of it */
    const guint8 *bytes; /* of the answer, as far as they came; a NUL follows */
    gsize length;
    const char *problem; /* for the log; NULL if there was none */
} CcDeckAnswer;
/* Called once, unless dropped; may ask for the next. */
typedef void (*CcDeckHttpFunc)(const CcDeckAnswer *answer, gpointer user_data);

gboolean cc_deck_http_is_busy(const CcDeckHttp *http);
/* @func will not be called. */
void cc_deck_http_drop(CcDeckHttp *http);

/* The manifest. */
void cc_deck_http_get(CcDeckHttp *http, CcDeckHttpFunc func, gpointer user_data);
/* @length bytes of a still, at most CC_DECK_MAX_PIECE, from @offset on. */
void cc_deck_http_get_piece(CcDeckHttp *http, const char *hash, guint offset, guint length,
                            CcDeckHttpFunc func, gpointer user_data);
/* The answer lists what is missing. */
void cc_deck_http_put(CcDeckHttp *http, const char *manifest, CcDeckHttpFunc func,
                      gpointer user_data);
/* @length bytes from @offset on of the @total that the still has. */
void cc_deck_http_put_piece(CcDeckHttp *http, const char *hash, const guint8 *bytes, guint offset,
                            guint length, guint total, CcDeckHttpFunc func, gpointer user_data);

G_END_DECLS
