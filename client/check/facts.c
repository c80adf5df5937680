#include "client/check/facts.h"

void
cc_name_facts_clear(CcNameFacts *facts)
{
    g_clear_pointer(&facts->host, g_free);
    g_clear_pointer(&facts->addresses, g_free);
}

void
cc_server_facts_clear(CcServerFacts *facts)
{
    g_clear_pointer(&facts->host, g_free);
    g_clear_pointer(&facts->detail, g_free);
    g_clear_pointer(&facts->valid_until, g_date_time_unref);
}

void
cc_room_facts_clear(CcRoomFacts *facts)
{
    g_clear_pointer(&facts->detail, g_free);
    cc_token_claims_clear(&facts->claims);
}

void
cc_device_facts_clear(CcDeviceFacts *facts)
{
    g_clear_pointer(&facts->name, g_free);
}
