#include "client/signalling/tls-words.h"

#include <glib/gi18n.h>

char *
cc_tls_words(GTlsCertificateFlags flags, GDateTime *now)
{
    g_autofree char *today = g_date_time_format(now, "%Y-%m-%d");

    if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
        return g_strdup(
            _("the relay's certificate comes from no authority that is known here; if it is one "
              "of your own, name a copy of it in [network] tls-ca-file"));
    if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
        return g_strdup(_("the relay's certificate is for another name; [network] relay-url takes "
                          "the one that is in it"));
    if (flags & G_TLS_CERTIFICATE_EXPIRED)
        return g_strdup_printf(_("the relay's certificate has expired, or the clock here is wrong "
                                 "(it says %s)"),
                               today);
    if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
        return g_strdup_printf(_("the relay's certificate is not valid yet, or the clock here is "
                                 "wrong (it says %s)"),
                               today);
    return g_strdup(_("the relay's certificate cannot be trusted"));
}
