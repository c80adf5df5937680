/* A desktop portal on the session's bus as the interface's description has it, and ones that keep
 * to nothing. It answers in a thread of its own. */
#pragma once

#include <gio/gio.h>

typedef enum {
    FAKE_GOOD,
    FAKE_REFUSES_SOURCES, /* as xdg-desktop-portal-wlr, which asks its user then */
    FAKE_REFUSES_START,   /* as others */
    FAKE_CANNOT,
    FAKE_SILENT, /* in the middle of it */
    FAKE_FAILS,  /* from here on: what must be taken for a failure */
    FAKE_ODD_REPLY,
    FAKE_ODD_RESPONSE,
    FAKE_ODD_SESSION,
    FAKE_NO_SESSION,
    FAKE_NO_STREAM,
    FAKE_ODD_STREAMS,
    FAKE_ANY_NODE,
    FAKE_NO_DESCRIPTOR,
    FAKE_ODD_DESCRIPTOR,
    FAKE_ODDEST = FAKE_ODD_DESCRIPTOR,
} FakeMood;

#define FAKE_NODE 42

typedef struct {
    FakeMood mood; /* towards a client's first session; good towards its others */
    guint32 sources, version;
    /* What it was asked: */
    guint n_clients, n_sessions, n_selected, n_closed, n_opened;
    guint32 types, pointer_mode, persist_mode;
    char *restore_token; /* NULL: none */
    gboolean broken;     /* the client does not keep to the description */
} FakeState;

typedef struct FakePortal FakePortal;

FakePortal *fake_portal_new(void);
void fake_portal_free(FakePortal *fake);
/* Appears on the bus, and vanishes as if it had crashed. */
void fake_portal_appear(FakePortal *fake);
void fake_portal_vanish(FakePortal *fake);
/* To be changed or looked at between the two. */
FakeState *fake_portal_lock(FakePortal *fake);
void fake_portal_unlock(FakePortal *fake);
/* As a user does who has it stopped. @before: not the newest but the one before, late. */
void fake_portal_close_session(FakePortal *fake, gboolean before);
/* Writes one byte to the newest remote that it opened. */
void fake_portal_write(FakePortal *fake, char byte);
