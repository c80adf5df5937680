#include "floor-options.h"

FloorOptions floor_options = {.batch = 64};

static const GOptionEntry entries[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &floor_options.port, "UDP port of the publisher's packets",
     "PORT"},
    {"sinks", 0, 0, G_OPTION_ARG_FILENAME, &floor_options.sinks, "the receivers' ports", "FILE"},
    {"profile", 0, 0, G_OPTION_ARG_STRING, &floor_options.profile, "gcm (default) or cm", "NAME"},
    {"batch", 0, 0, G_OPTION_ARG_INT, &floor_options.batch, "messages of one sendmmsg", "N"},
    {"no-gso", 0, 0, G_OPTION_ARG_NONE, &floor_options.no_gso, "one message a packet", NULL},
    {"connected", 0, 0, G_OPTION_ARG_NONE, &floor_options.connected, "a socket for each receiver",
     NULL},
    {"arrival-order", 0, 0, G_OPTION_ARG_NONE, &floor_options.arrival_order,
     "leave audio where it came, instead of behind the turn's video", NULL},
    {"copy", 0, 0, G_OPTION_ARG_NONE, &floor_options.copy, "copy, then encrypt in place", NULL},
    {"ipv6", 0, 0, G_OPTION_ARG_NONE, &floor_options.ipv6, "a socket for both families", NULL},
    {"source-address", 0, 0, G_OPTION_ARG_NONE, &floor_options.source_address,
     "say with each message which address it leaves from", NULL},
    {"no-checksum", 0, 0, G_OPTION_ARG_NONE, &floor_options.no_checksum,
     "SO_NO_CHECK; needs --no-gso, for the kernel segments nothing without a checksum", NULL},
    {"never-fragment", 0, 0, G_OPTION_ARG_NONE, &floor_options.never_fragment,
     "IP_PMTUDISC_PROBE, which saves the kernel IPv4's identification", NULL},
    {"gather", 0, 0, G_OPTION_ARG_INT, &floor_options.gather_us, "wait for more before a turn",
     "US"},
    {"busy", 0, 0, G_OPTION_ARG_NONE, &floor_options.busy, "never sleep", NULL},
    {NULL},
};

void
floor_options_parse(int *argc, char ***argv)
{
    g_autoptr(GOptionContext) context =
        g_option_context_new("- the cost that no relay can go below");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error))
        g_error("%s", error->message);
    if (floor_options.port <= 0 || floor_options.port > G_MAXUINT16 || !floor_options.sinks ||
        floor_options.batch < 1 || floor_options.batch > FLOOR_MAX_BATCH)
        g_error("relay-floor needs --port, --sinks and a --batch from 1 to %d", FLOOR_MAX_BATCH);
}
