#include "common/transport/ice-remote.h"

#define MAX_ADDRESSES 4 /* of each protocol */

void
cc_ice_remote_init(CcIceRemote *remote)
{
    *remote = (CcIceRemote){.udp = g_ptr_array_new_with_free_func(g_object_unref),
                            .tcp = g_ptr_array_new_with_free_func(g_object_unref)};
}

static void
forget_credentials(CcIceRemote *self)
{
    g_clear_pointer(&self->username, g_free);
    g_clear_pointer(&self->password, g_free);
    g_clear_pointer(&self->local_username, g_free);
    g_clear_pointer(&self->local_password, g_free);
}

void
cc_ice_remote_clear(CcIceRemote *remote)
{
    forget_credentials(remote);
    g_clear_pointer(&remote->udp, g_ptr_array_unref);
    g_clear_pointer(&remote->tcp, g_ptr_array_unref);
}

void
cc_ice_remote_set_credentials(CcIceRemote *remote, const char *remote_ufrag, const char *remote_pwd,
                              const char *local_ufrag, const char *local_pwd)
{
    forget_credentials(remote);
    remote->username = g_strconcat(remote_ufrag, ":", local_ufrag, NULL);
    remote->password = g_strdup(remote_pwd);
    remote->local_username = g_strconcat(local_ufrag, ":", remote_ufrag, NULL);
    remote->local_password = g_strdup(local_pwd);
}

gboolean
cc_ice_remote_add(CcIceRemote *remote, const NiceCandidate *candidate)
{
    GPtrArray *addresses = candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP ? remote->udp
                           : candidate->transport == NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE
                               ? remote->tcp
                               : NULL;
    if (!addresses || candidate->type != NICE_CANDIDATE_TYPE_HOST ||
        addresses->len == MAX_ADDRESSES)
        return FALSE;
    struct sockaddr_storage native = {0};
    nice_address_copy_to_sockaddr(&candidate->addr, (struct sockaddr *)&native);
    GSocketAddress *address = g_socket_address_new_from_native(&native, sizeof native);
    if (address)
        g_ptr_array_add(addresses, address);
    return address != NULL;
}
