#include "client/send/calling.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
is_classroom(const CcParticipant *participant)
{
    return participant->connected && strcmp(participant->role, "teacher") != 0;
}

const CcParticipant *
cc_calling_numbered(const CcRoomState *room, guint number)
{
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *one = room->participants->pdata[i];
        if (is_classroom(one) && --number == 0)
            return one;
    }
    return NULL;
}

const CcParticipant *
cc_calling_first_hand(const CcRoomState *room)
{
    const CcParticipant *first = NULL;
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *one = room->participants->pdata[i];
        if (is_classroom(one) && one->ready && one->hand_us != 0 &&
            (first == NULL || one->hand_us < first->hand_us))
            first = one;
    }
    return first;
}

static const char *
name_of(const CcParticipant *participant)
{
    return *participant->name != '\0' ? participant->name : _("unnamed");
}

char *
cc_calling_call(CcConnection *connection, const CcParticipant *one)
{
    if (one == NULL)
        return g_strdup(_("there is no such classroom"));
    if (!one->ready)
        return g_strdup_printf(_("%s cannot be called on: it has no camera or microphone here"),
                               name_of(one));
    cc_connection_call(connection, one->id);
    if (one->hand_us != 0)
        cc_connection_lower_hand(connection, one->id);
    return g_strdup_printf(_("%s is on the stage"), name_of(one));
}

static char *
call_or_thank(CcConnection *connection, const CcParticipant *one)
{
    if (one == NULL || cc_stage_place_of(cc_connection_stage(connection), one->id) < 0)
        return cc_calling_call(connection, one);
    cc_connection_thank(connection, one->id);
    return g_strdup_printf(_("thank you, %s"), name_of(one));
}

static char *
thank_all(CcConnection *connection)
{
    CcStage stage = *cc_connection_stage(connection);
    for (guint i = 0; i < CC_GUESTS; i++)
        cc_connection_thank(connection, stage.guests[i].id);
    return g_strdup(_("the stage is empty"));
}

/* One that may be heard is muted with the others; if there is none, all are let speak. */
static char *
mute_all(CcConnection *connection)
{
    CcStage stage = *cc_connection_stage(connection);
    gboolean mute = FALSE;
    for (guint i = 0; i < CC_GUESTS; i++)
        mute |= *stage.guests[i].id != '\0' && !stage.guests[i].muted;
    for (guint i = 0; i < CC_GUESTS; i++)
        cc_connection_mute(connection, stage.guests[i].id, mute);
    return g_strdup(mute ? _("all on the stage are muted") : _("all on the stage may speak"));
}

char *
cc_calling_press(CcConnection *connection, const CcRoomState *room, char key)
{
    const CcParticipant *hand;
    switch (key) {
    case 'h':
        hand = cc_calling_first_hand(room);
        return hand != NULL ? cc_calling_call(connection, hand) : g_strdup(_("no hand is raised"));
    case 'm':
        return mute_all(connection);
    case 'x':
        return thank_all(connection);
    default:
        if (key < '1' || key > '9')
            return NULL;
        return call_or_thank(connection, cc_calling_numbered(room, (guint)(key - '0')));
    }
}
