/* From an HTTP answer to what it means for the session (RFC 9725 section 4). Internal to
 * signalling. */
#pragma once

#include "client/signalling/http-call.h"
#include "client/signalling/signalling.h"

G_BEGIN_DECLS

typedef enum { CC_REPLY_POST, CC_REPLY_RESTART, CC_REPLY_TRICKLE, CC_REPLY_DELETE } CcReplyKind;

typedef struct {
    CcSignallingReply reply;
    GError *error; /* owner of reply.error */
} CcReply;

void cc_reply_init(CcReply *reply, CcReplyKind kind, const CcHttpAnswer *answer);
void cc_reply_clear(CcReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcReply, cc_reply_clear)

/* Turns the reply into CC_SIGNALLING_RETRY with CC_ERROR_PROTOCOL: what answers there is no sound
 * WHIP or WHEP server (a captive portal, a proxy's error page), which may pass. */
void cc_reply_fail(CcReply *reply, const char *message);

G_END_DECLS
