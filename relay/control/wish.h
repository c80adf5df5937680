/* What a listener to a room's events says (docs/protocol.md). Pure; any thread. */
#pragma once

#include <glib.h>

#include "relay/room/room.h"

G_BEGIN_DECLS

typedef enum {
    CC_WISH_NONE, /* nothing that means anything here */
    CC_WISH_LINKS,
    CC_WISH_HELLO,
    CC_WISH_HAND,
    CC_WISH_STAGE,
    CC_WISH_CHAT,
    CC_WISH_CHAT_RULES,
    CC_WISH_CHAT_HISTORY,
} CcWishKind;

typedef struct {
    CcWishKind kind;
    char *of;                  /* LINKS, HAND: a participant's id, or "*" for all; "" for its own */
    char *client;              /* HELLO */
    gboolean raised;           /* HAND */
    gint64 waiting_us;         /* HAND: for so long already */
    CcGuest guests[CC_GUESTS]; /* STAGE */
    char *text;                /* CHAT */
    gboolean on;               /* CHAT_RULES: classrooms may write */
    char **muted;              /* CHAT_RULES: ids of those who may not */
    gint64 after_ms;           /* CHAT_HISTORY: what was written later than that */
} CcWish;

void cc_wish_clear(CcWish *wish);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcWish, cc_wish_clear)

/* Reads one message; anything that is no wish, or too long for one, is CC_WISH_NONE. */
void cc_wish_parse(CcWish *wish, GBytes *message);

G_END_DECLS
