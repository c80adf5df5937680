#include "relay/media/link-check.h"

#include "common/base/random.h"
#include "relay/media/egress.h"
#include "relay/media/media-session.h"
#include "relay/media/worker-private.h"

static void
refill(CcLinkAllowance *allowance, guint rate_bps, gint64 now_us)
{
    double most = rate_bps / 8.0 * CC_LINK_CHECK_BURST_US / G_USEC_PER_SEC;
    if (allowance->refilled_us == 0)
        allowance->bytes = most;
    else
        allowance->bytes +=
            rate_bps / 8.0 * (double)(now_us - allowance->refilled_us) / G_USEC_PER_SEC;
    allowance->bytes = MIN(allowance->bytes, most);
    allowance->refilled_us = now_us;
}

guint
cc_link_check_grant(CcLinkCheck *check, CcLinkAllowance *all, const CcLinkQuestion *question,
                    gboolean known, gboolean busy, gint64 now_us, CcLinkCheckStatus *status)
{
    gsize bytes = (gsize)question->answers * question->answer_size;
    if (check->began_us == 0)
        check->began_us = now_us;
    refill(&check->allowance, CC_LINK_CHECK_SESSION_BPS, now_us);
    refill(all, CC_LINK_CHECK_WORKER_BPS, now_us);
    if (!known)
        *status = CC_LINK_CHECK_NEW_ADDRESS;
    else if (check->bytes + bytes > CC_LINK_CHECK_SESSION_BYTES ||
             now_us - check->began_us > CC_LINK_CHECK_SESSION_US)
        *status = CC_LINK_CHECK_SPENT;
    else if (busy || (double)bytes > all->bytes || (double)bytes > check->allowance.bytes)
        *status = CC_LINK_CHECK_BUSY;
    else
        *status = CC_LINK_CHECK_GRANTED;
    if (*status != CC_LINK_CHECK_GRANTED)
        return 1;
    check->bytes += bytes;
    check->allowance.bytes -= (double)bytes;
    all->bytes -= (double)bytes;
    return question->answers;
}

/* The cookie for whoever asks from @route; a new one for a new address, so that nobody can have
 * answers sent to where they are not wanted. */
static guint64
cookie_for(CcLinkCheck *check, const CcRoute *route)
{
    if (check->cookie == 0 || check->remote.tcp != route->tcp ||
        !cc_address_equal(&check->remote.remote, &route->remote)) {
        check->remote = *route;
        cc_random_fill((guint8 *)&check->cookie, sizeof check->cookie);
    }
    return check->cookie;
}

static void
answer(CcWorker *worker, CcPath *path, const CcLinkQuestion *question, gint64 now_us)
{
    CcLinkCheck *check = path->session->link_check;
    gboolean busy = worker->shedder.level > 0 || worker->shedder.load > CC_LINK_CHECK_MAX_LOAD;
    guint64 cookie = cookie_for(check, &path->route);
    CcLinkAnswer to_say = {.number = question->number,
                           .sent_us = question->sent_us,
                           .arrival_us = (guint32)now_us,
                           .cookie = cookie,
                           .received = ++check->received};
    guint n = cc_link_check_grant(check, &worker->link_checks, question, question->cookie == cookie,
                                  busy, now_us, &to_say.status);
    gsize size =
        to_say.status == CC_LINK_CHECK_GRANTED ? question->answer_size : CC_LINK_CHECK_HEADER;
    for (guint i = 0; i < n; i++) {
        guint8 datagram[CC_LINK_CHECK_MAX];
        to_say.index = (guint16)i;
        to_say.answered = ++check->answered;
        cc_link_answer_write(&to_say, path->session->setup->local_pwd, datagram, size);
        cc_egress_send(worker, &path->route, datagram, size);
    }
}

CcDrop
cc_link_check_receive(CcWorker *worker, const CcRoute *route, const guint8 *data, gsize length,
                      gint64 now_us)
{
    CcPath *path = cc_path_find(worker, route);
    CcLinkQuestion question;
    if (!path || path->session->end_reason)
        return CC_DROP_UNKNOWN_PEER;
    if (path->session->connected || !path->session->receiver ||
        !cc_link_question_read(&question, path->session->setup->local_pwd, data, length))
        return CC_DROP_LINK_CHECK_REFUSED;
    if (!path->session->link_check)
        path->session->link_check = g_new0(CcLinkCheck, 1);
    path->last_us = now_us;
    answer(worker, path, &question, now_us);
    return CC_DROP_NONE;
}
