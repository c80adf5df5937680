/* The devices of one kind among which people choose, as a view has them. Main thread. */
#pragma once

#include "client/elements/devices.h"
#include "client/window/view.h"

G_BEGIN_DECLS

typedef struct {
    CcViewDevices view;   /* its strings are the choice's */
    GPtrArray *found;     /* CcDevice * */
    char *chosen, *words; /* the second: or NULL */
} CcDeviceChoice;

/* Looks which are there. @chosen: as in the settings ("auto", an id or a name). @name: of the one
 * that is used or missing, for people. */
void cc_device_choice_look(CcDeviceChoice *choice, CcDeviceKind kind, const char *chosen,
                           const char *name, gboolean missing);
void cc_device_choice_clear(CcDeviceChoice *choice);
/* The one after the chosen one; "auto" follows the last. (transfer none) */
const char *cc_device_choice_next(const CcDeviceChoice *choice);

G_END_DECLS
