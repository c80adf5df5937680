/* A relay in this process on ports of its own, and a client for it: what the HTTP tests share. The
 * parts are the real ones; what a session's media does can also be said by hand. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "relay/control/control.h"
#include "relay/control/http-server.h"

typedef struct {
    CcConfig *config;
    CcDtlsIdentity *identity;
    CcWorkerGroup *workers;
    CcControl *control;
    CcHttpServer *http;
    SoupSession *client;
    char *base; /* "http://127.0.0.1:1234" */
} HttpFixture;

/* For g_test_add(). @settings: "section.key=value", separated by '\n'; on top of an open relay on
 * free ports. */
void http_fixture_set_up(HttpFixture *fixture, gconstpointer settings);
void http_fixture_tear_down(HttpFixture *fixture, gconstpointer settings);

/* As if the media worker had said so. */
void http_fixture_session_event(HttpFixture *fixture, const char *session_id,
                                CcSessionEventKind kind, const char *reason);

typedef struct {
    guint status;
    SoupMessageHeaders *headers;
    char *body;
} Reply;
void reply_clear(Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_clear)

/* @headers: "Name: value" lines separated by '\n', or NULL. @body: NULL for none. */
void http_request(HttpFixture *fixture, const char *method, const char *path, const char *headers,
                  const char *body, Reply *reply);
/* POSTs an offer; the session's id. (transfer full) */
char *http_post_offer(HttpFixture *fixture, const char *path, const char *offer, Reply *reply);

/* Sends @bytes as they are, and returns what comes until the server closes or the answer's headers
 * and body (by Content-Length) are there. (transfer full) */
char *http_raw(HttpFixture *fixture, const char *bytes, gssize length);

const char *reply_header(const Reply *reply, const char *name);
/* The problem body's "code", after checking that the body is a whole problem. (transfer full) */
char *reply_problem(const Reply *reply);
#define assert_problem(reply, expected_status, expected_code)                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *code_ = reply_problem(reply);                                             \
        g_assert_cmpstr(code_, ==, expected_code);                                                 \
        g_assert_cmpuint((reply)->status, ==, expected_status);                                    \
    }                                                                                              \
    G_STMT_END

/* One of tests/unit/wire/offers. (transfer full) */
char *load_offer(const char *name);
/* @text with every line that begins with @prefix removed. (transfer full) */
char *without_lines(const char *text, const char *prefix);

/* Runs the main loop until *@flag is TRUE; fails after 10 s. */
void wait_for(const gboolean *flag);
