/* What a desktop portal answers (org.freedesktop.portal.ScreenCast), read and checked. Pure. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/* Bits of what can be shown, and of how the pointer is. */
#define CC_PORTAL_MONITORS 1
#define CC_PORTAL_WINDOWS 2
#define CC_PORTAL_POINTER_EMBEDDED 2

#define CC_PORTAL_DONE 0
#define CC_PORTAL_REFUSED 1 /* by the person who was asked; more than 1: for another reason */

typedef struct {
    guint32 version;       /* at least 1 */
    guint32 sources;       /* CC_PORTAL_MONITORS, … */
    guint32 pointer_modes; /* 0 below version 2 */
} CcPortalAbilities;

/* @reply: "(a{sv})", all properties of the interface. FALSE if it shares no screens. */
gboolean cc_portal_read_abilities(GVariant *reply, CcPortalAbilities *abilities);

/* @parameters: of the signal Response. @results: (transfer full) "a{sv}". FALSE if malformed. */
gboolean cc_portal_read_response(GVariant *parameters, guint32 *code, GVariant **results);

/* (transfer full) The session's object path; NULL if @results has none. */
char *cc_portal_read_session(GVariant *results);

/* @node: the PipeWire node that has the pictures. @token: (transfer full) (nullable) by which the
 * same may be had again without asking; one line of text. FALSE if there is no node. */
gboolean cc_portal_read_streams(GVariant *results, guint32 *node, char **token);

/* @reply: "(h)". The descriptor that it means, open for the caller; -1 if there is none. */
int cc_portal_read_descriptor(GVariant *reply, GUnixFDList *descriptors);

/* Whether it is one line of text of moderate length, fit to be kept in a file. */
gboolean cc_portal_token_is_good(const char *token);

G_END_DECLS
