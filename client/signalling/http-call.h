/* One HTTP request with everything that can go wrong bounded: a deadline over all of it, the
 * answer's size, the number of redirects. Thread-default main context of cc_http_call_start(). */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define CC_HTTP_MAX_BODY (64 * 1024)
#define CC_HTTP_MAX_REDIRECTS 5

typedef struct {
    const char *method;
    GUri *uri;
    const char *token;        /* bearer token, or NULL */
    const char *name;         /* X-Classcast-Name, or NULL */
    const char *client;       /* X-Classcast-Client, or NULL */
    const char *if_match;     /* or NULL */
    const char *content_type; /* with @body; or NULL */
    const char *body;
    gsize body_length;         /* 0: @body is a text */
    const char *range;         /* Range, or NULL */
    const char *content_range; /* or NULL */
    gboolean partial;          /* what has come of an answer is told even if its end never comes */
    guint deadline_ms;
} CcHttpRequest;

typedef struct {
    guint status; /* 0: no answer; @error says why */
    const char *reason;
    SoupMessageHeaders *headers; /* NULL without an answer */
    const char *body; /* NUL-terminated; "" without an answer, or what came of it if @partial */
    gsize body_length;
    GUri *uri; /* after redirects */
    const GError
        *error; /* CC_ERROR_NETWORK, or CC_ERROR_PROTOCOL (too large, bad redirect); or NULL */
} CcHttpAnswer;

typedef struct CcHttpCall CcHttpCall;
/* Called once, unless cancelled; the call is freed right after. */
typedef void (*CcHttpCallFunc)(CcHttpCall *call, const CcHttpAnswer *answer, gpointer user_data);

/* @local_address: where to keep the local address of a connection made for this call; must stay
 * valid until the call ends or is cancelled; may be NULL. The call owns itself. */
CcHttpCall *cc_http_call_start(SoupSession *session, const CcHttpRequest *request,
                               char **local_address, CcHttpCallFunc func, gpointer user_data);
/* @func will not be called. */
void cc_http_call_cancel(CcHttpCall *call);

G_END_DECLS
