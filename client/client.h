/* The clients' entry points, one for each subcommand. Each parses its own arguments, loads the
 * configuration, runs until it is done or told to stop, and returns a sysexits code. */
#pragma once

#include <glib.h>

int cc_send_main(int argc, char **argv);
int cc_recv_main(int argc, char **argv);
int cc_devices_main(int argc, char **argv);
int cc_check_main(int argc, char **argv);
