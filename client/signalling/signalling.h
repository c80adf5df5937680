/* WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) from the client's side, over libsoup 3.
 * All calls are asynchronous in the thread-default main context; cancelling is safe at any time. */
#pragma once

#include <gio/gio.h>

#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcSignalling CcSignalling;

/* @endpoint: "https://relay.example/whip/math". @token: bearer token or NULL.
 * @tls_ca_file: PEM file with the authority that signed the relay's certificate, or NULL for the
 * system's. Error: CC_ERROR_USAGE for an address that is no http(s) URL. */
CcSignalling *cc_signalling_new(const char *endpoint, const char *token, const char *tls_ca_file,
                                GError **error);
void cc_signalling_free(CcSignalling *signalling);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSignalling, cc_signalling_free)

typedef enum {
    CC_SIGNALLING_OK,
    CC_SIGNALLING_RETRY, /* the network or the relay is not there, 409, 429, 5xx: try again later */
    CC_SIGNALLING_GONE,  /* 404 on the session resource: make a new session */
    CC_SIGNALLING_REFUSED, /* 400, 401, 403, …: trying again is of no use until something changes */
} CcSignallingResult;

typedef struct {
    CcSignallingResult result;
    guint status;         /* HTTP status, 0 if there was no answer */
    guint retry_after_ms; /* from Retry-After; 0 if not said */
    CcSdp *sdp; /* POST: the answer; ICE restart: the fragment; else NULL. Owned by the reply */
    GPtrArray *ice_servers; /* POST: Link rel="ice-server" entries, CcSignallingIceServer * */
    const GError *error;    /* unless OK */
} CcSignallingReply;

typedef struct {
    char *url, *username, *password;
} CcSignallingIceServer;

/* Called once, unless cancelled; may call anything here, cc_signalling_free() included. */
typedef void (*CcSignallingFunc)(const CcSignallingReply *reply, gpointer user_data);

/* The school's name, told to the relay with each POST (X-Classcast-Name); NULL or "" for none. */
void cc_signalling_set_name(CcSignalling *signalling, const char *name);

/* POSTs the offer; remembers Location and ETag. A new POST forgets the old session. */
void cc_signalling_post(CcSignalling *signalling, const char *offer, CcSignallingFunc func,
                        gpointer user_data);
/* PATCHes new credentials ("If-Match: *"); the reply carries the relay's. */
void cc_signalling_restart_ice(CcSignalling *signalling, const char *fragment,
                               CcSignallingFunc func, gpointer user_data);
/* PATCHes candidates with the ETag. */
void cc_signalling_trickle(CcSignalling *signalling, const char *fragment, CcSignallingFunc func,
                           gpointer user_data);
/* DELETEs the session. @func may be NULL. Waits no longer than 1 s for the relay. */
void cc_signalling_delete(CcSignalling *signalling, CcSignallingFunc func, gpointer user_data);
/* Drops every call under way; their @func are not called. The session is still known. */
void cc_signalling_cancel(CcSignalling *signalling);

/* Our own id among the room's participants, or NULL if the server does not tell. */
const char *cc_signalling_participant(const CcSignalling *signalling);

/* Another session of the same client: known by @client, which the other one's
 * cc_signalling_client() tells. Before the first POST. */
void cc_signalling_set_client(CcSignalling *signalling, const char *client);

/* The random text by which the relay knows this client, session after session. */
const char *cc_signalling_client(const CcSignalling *signalling);

/* TRUE between a successful POST and its DELETE. */
gboolean cc_signalling_has_session(const CcSignalling *signalling);

/* The local address of the newest connection to the relay ("127.0.0.1"), or NULL. */
const char *cc_signalling_local_address(CcSignalling *signalling);

G_END_DECLS
