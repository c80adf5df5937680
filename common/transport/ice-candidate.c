#include "common/transport/ice-candidate.h"

#include "common/wire/sdp.h"

static NiceCandidateTransport
parse_transport(const CcSdpCandidate *parsed)
{
    if (g_strcmp0(parsed->transport, "tcp") != 0)
        return NICE_CANDIDATE_TRANSPORT_UDP;
    if (g_strcmp0(parsed->tcp_type, "active") == 0)
        return NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE;
    if (g_strcmp0(parsed->tcp_type, "so") == 0)
        return NICE_CANDIDATE_TRANSPORT_TCP_SO;
    return NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE;
}

NiceCandidate *
cc_ice_candidate_parse(const char *text, guint stream, guint component)
{
    g_autoptr(CcSdpCandidate) parsed = cc_sdp_candidate_parse(text);
    if (!parsed)
        return NULL;

    static const struct {
        const char *name;
        NiceCandidateType type;
    } types[] = {{"host", NICE_CANDIDATE_TYPE_HOST},
                 {"srflx", NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE},
                 {"prflx", NICE_CANDIDATE_TYPE_PEER_REFLEXIVE},
                 {"relay", NICE_CANDIDATE_TYPE_RELAYED}};
    guint i = 0;
    while (i < G_N_ELEMENTS(types) && g_strcmp0(parsed->type, types[i].name) != 0)
        i++;
    NiceAddress address;
    nice_address_init(&address);
    if (i == G_N_ELEMENTS(types) || parsed->component != component ||
        !nice_address_set_from_string(&address, parsed->address))
        return NULL;
    nice_address_set_port(&address, parsed->port);

    NiceCandidate *candidate = nice_candidate_new(types[i].type);
    candidate->addr = candidate->base_addr = address;
    candidate->stream_id = stream;
    candidate->component_id = component;
    candidate->priority = parsed->priority;
    g_strlcpy(candidate->foundation, parsed->foundation, sizeof candidate->foundation);
    candidate->transport = parse_transport(parsed);
    return candidate;
}

void
cc_ice_describe_address(const NiceAddress *address, char out[64])
{
    char ip[NICE_ADDRESS_STRING_LEN];
    nice_address_to_string(address, ip);
    g_snprintf(out, 64, nice_address_ip_version(address) == 6 ? "[%s]:%u" : "%s:%u", ip,
               nice_address_get_port(address));
}
