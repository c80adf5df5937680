#define CC_LOG_AREA "send"
#include "client/send/screen-token.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "client/send/screen-portal-reply.h"
#include "common/base/log.h"

/* Areas hold titles of any length and script: their digest is a name for a file. */
static char *
file_of(const char *area)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, area, -1);
    g_autofree char *name = g_strdup_printf("screen-%.16s.token", digest);
    return g_build_filename(g_get_user_state_dir(), "classcast", name, NULL);
}

char *
cc_screen_token_load(const char *area)
{
    g_autofree char *file = file_of(area), *token = NULL;
    if (!g_file_get_contents(file, &token, NULL, NULL) || !cc_portal_token_is_good(token))
        return NULL;
    return g_steal_pointer(&token);
}

void
cc_screen_token_save(const char *area, const char *token)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *file = file_of(area), *folder = g_path_get_dirname(file);
    if (token == NULL) {
        g_unlink(file);
        return;
    }
    if (g_mkdir_with_parents(folder, 0700) != 0)
        cc_warning("%s: %s", folder, g_strerror(errno));
    else if (!g_file_set_contents_full(file, token, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                       &error))
        cc_warning("%s", error->message);
}
