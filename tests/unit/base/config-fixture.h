/* Configuration files in a directory of their own: what the configuration's tests share. */
#pragma once

#include "common/base/config.h"

typedef struct {
    char *directory, *system_file, *user_file, *file;
} Files;

void files_set_up(Files *files, gconstpointer data);
void files_tear_down(Files *files, gconstpointer data);
void write_bytes(const char *file, const char *text, gssize length);
/* @expected: the message after the file's name. */
void assert_refused(Files *files, const char *text, const char *expected);
void assert_accepted(Files *files, const char *text);

/* Takes the place of g_test_init() and g_test_run(): the user's settings are looked for in a
 * directory that ends with them. (transfer full) */
char *config_fixture_begin(int *argc, char ***argv);
int config_fixture_run(const char *home);
