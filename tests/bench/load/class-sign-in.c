/* How a class comes into its room. */
#include <libsoup/soup.h>

#include "common/base/slots.h"
#include "tests/bench/load/class.h"
#include "tests/bench/load/feedback.h"
#include "tests/bench/load/sdp.h"

#define ROOM "class"

/* One after the other, so that answers need no names. */
static char *
post(const Class *class, SoupSession *soup, const char *path, guint number, const char *offer,
     GError **error)
{
    g_autofree char *url = g_strconcat(class->url, path, NULL);
    g_autofree char *client = g_strdup_printf("class-load-client-%u", number);
    g_autofree char *name = g_strdup_printf("%u", number);
    g_autoptr(SoupMessage) message = soup_message_new("POST", url);
    g_autoptr(GBytes) body = g_bytes_new(offer, strlen(offer));
    SoupMessageHeaders *headers = soup_message_get_request_headers(message);
    soup_message_headers_replace(headers, "X-Classcast-Client", client);
    soup_message_headers_replace(headers, "X-Classcast-Name", name);
    soup_message_set_request_body_from_bytes(message, "application/sdp", body);
    g_autoptr(GBytes) answer = soup_session_send_and_read(soup, message, NULL, error);
    if (!answer)
        return NULL;
    char *text = g_strndup(g_bytes_get_data(answer, NULL), g_bytes_get_size(answer));
    if (soup_message_get_status(message) == SOUP_STATUS_CREATED)
        return text;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %u %s", path,
                soup_message_get_status(message), text);
    g_free(text);
    return NULL;
}

/* Voices and pictures in the order of common/base/slots.h, all of one kind with one payload type.
 */
static char *
offer_to_watch(const ClassWatcher *watcher, guint n_videos)
{
    g_autoptr(CcSdp) sdp = cc_sdp_new();
    for (guint i = 0; i < CC_WATCHED_AUDIOS + n_videos; i++) {
        g_autofree char *mid = g_strdup_printf("%u", i);
        load_sdp_add_watched(sdp, &watcher->receiver,
                             i < CC_WATCHED_AUDIOS ? LOAD_AUDIO : LOAD_VIDEO, mid);
    }
    return cc_sdp_to_string(sdp);
}

static gboolean
publish(Class *class, SoupSession *soup, guint i, GError **error)
{
    g_autofree char *offer = load_sdp_offer_publisher(&class->publishers[i]);
    g_autofree char *answer =
        post(class, soup, i == 0 ? "/whip/" ROOM : "/speak/" ROOM, i, offer, error);
    return answer && load_sdp_accept_publisher(&class->publishers[i], answer, error);
}

static gboolean
watch(Class *class, SoupSession *soup, guint i, GError **error)
{
    guint n_videos = i == 0 ? CC_TEACHER_WATCHED_VIDEOS : CC_WATCHED_VIDEOS;
    ClassWatcher *watcher = &class->watchers[i];
    g_autofree char *offer = offer_to_watch(watcher, n_videos);
    g_autofree char *answer = post(class, soup, "/whep/" ROOM, i, offer, error);
    g_autoptr(CcSdp) sdp = answer ? cc_sdp_parse(answer, -1, error) : NULL;
    return sdp && load_sdp_accept_receiver(&watcher->receiver, sdp, TRUE, error);
}

gboolean
class_sign_in(Class *class, GError **error)
{
    g_autoptr(SoupSession) soup = soup_session_new();
    for (guint i = 0; i < class->n; i++) {
        if (!watch(class, soup, i, error) || !publish(class, soup, i, error))
            return FALSE;
    }
    return TRUE;
}
