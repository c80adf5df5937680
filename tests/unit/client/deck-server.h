/* A server for the tests of fetching and bringing slides: it does what the test says, and remembers
 * what was asked. Thread-default main context. */
#pragma once

#include <libsoup/soup.h>

typedef struct {
    /* Knobs. */
    GHashTable *stills; /* hash → GBytes: GET, and what PUT has brought */
    char *manifest;     /* GET and PUT of the deck */
    guint status;       /* 0: as it should be; else this, whatever is asked */
    guint damage;       /* so many answers have a wrong byte */
    guint cut;          /* so many pieces end in the middle */

    /* What it has seen. */
    GPtrArray *asked;    /* char *: "GET 0123… bytes=0-99" */
    GHashTable *brought; /* hash → GByteArray */

    SoupServer *http;
    char *url;
} DeckServer;

DeckServer *deck_server_new(void);
void deck_server_free(DeckServer *server);
/* Stills of @n pages, of @size bytes each; and the manifest. */
void deck_server_fill(DeckServer *server, const char *id, guint n, gsize size);
/* (transfer full) of page @i. */
GBytes *deck_server_still(guint i, gsize size, char *hash);
/* Runs the main loop until *@flag is TRUE; fails after 20 s. */
void deck_server_wait(const gboolean *flag);
