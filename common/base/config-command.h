/* `classcast config`: prints the effective settings and their origins, or checks a file. */
#pragma once

int cc_config_main(int argc, char **argv);
