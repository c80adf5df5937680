/* `classcast token`: makes (and shows) access tokens. */
#pragma once

int cc_token_main(int argc, char **argv);
