/* One HTTP request and its answer: the path taken apart, the body, who asks; and the few ways of
 * answering, so that every answer carries the same CORS headers and every refusal has the same
 * shape and is counted. Lives on the stack of a handler, or for the time of an asynchronous answer.
 */
#pragma once

#include <libsoup/soup.h>

#include "relay/control/control.h"

G_BEGIN_DECLS

#define CC_CONTENT_SDP "application/sdp"
#define CC_CONTENT_FRAGMENT "application/trickle-ice-sdpfrag" /* RFC 8840 section 9 */
#define CC_CONTENT_JSON "application/json"

typedef struct {
    CcControl *control;
    SoupServerMessage *message; /* a reference */
    const char *method;
    char **path; /* decoded segments: {"whip", "math", NULL} */
    guint path_length;
    char *query_token; /* ?token=…, or NULL */
    GBytes *body;      /* never NULL */
} CcExchange;

/* @body: NULL if there is none. FALSE (and answered with 404) if the path cannot be decoded. */
gboolean cc_exchange_init(CcExchange *exchange, CcControl *control, SoupServerMessage *message,
                          GBytes *body);
void cc_exchange_clear(CcExchange *exchange);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcExchange, cc_exchange_clear)

/* The value of a request header, or NULL; a list if there are several. */
const char *cc_exchange_header(const CcExchange *exchange, const char *name);
/* Whose requests are counted together: cc_address_network(), or "". (transfer full) */
char *cc_exchange_network(const CcExchange *exchange);
gboolean cc_exchange_is(const CcExchange *exchange, const char *method);
/* The first component of the path is @first and it has @length of them. */
gboolean cc_exchange_path_is(const CcExchange *exchange, const char *first, guint length);
/* Does Content-Type say @type (parameters aside)? */
gboolean cc_exchange_has_content_type(const CcExchange *exchange, const char *type);

/* 400 is answered if this returns FALSE: @room is no name for a room. */
gboolean cc_exchange_check_room(CcExchange *exchange, const char *room);

/* 401 or 403 is answered if this returns FALSE. @room: NULL for none in particular. */
gboolean cc_exchange_authorize(CcExchange *exchange, const char *room, CcAccess access,
                               CcTokenClaims *claims);

/* The same without an answer. */
gboolean cc_exchange_may(CcExchange *exchange, const char *room, CcAccess access);

/* Sets a header of the answer. */
void cc_exchange_set_header(CcExchange *exchange, const char *name, const char *value);
void cc_exchange_add_header(CcExchange *exchange, const char *name, const char *value);

/* Answers. @content_type and @body may be NULL together. */
void cc_exchange_answer(CcExchange *exchange, guint status, const char *content_type,
                        const char *body, gssize length);
/* 200 to an OPTIONS request, as RFC 9725 section 4.2 says. @methods: "OPTIONS, POST". */
void cc_exchange_answer_options(CcExchange *exchange, const char *methods);
void cc_exchange_refuse(CcExchange *exchange, CcProblem problem, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* As the error says, by cc_problem_from_error(). */
void cc_exchange_refuse_error(CcExchange *exchange, const GError *error);
/* 405. */
void cc_exchange_refuse_method(CcExchange *exchange, const char *methods);

/* TRUE if it is a GET or HEAD; otherwise it is answered: OPTIONS, or 405. */
gboolean cc_exchange_check_get(CcExchange *exchange);

/* CORS headers that every answer has. */
void cc_exchange_set_cors(const CcSettings *settings, SoupServerMessage *message);

G_END_DECLS
