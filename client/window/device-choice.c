#include "client/window/device-choice.h"

#include <glib/gi18n.h>
#include <string.h>

/* Of whichever is there by this id or name. */
static const char *
find_id(const GPtrArray *found, const char *chosen)
{
    for (guint i = 0; i < found->len; i++) {
        const CcDevice *device = found->pdata[i];
        if (strcmp(chosen, device->id) == 0 || strcmp(chosen, device->name) == 0)
            return device->id;
    }
    return NULL;
}

void
cc_device_choice_look(CcDeviceChoice *choice, CcDeviceKind kind, const char *chosen,
                      const char *name, gboolean missing)
{
    cc_device_choice_clear(choice);
    choice->found = cc_devices_list(kind);
    gboolean automatic = strcmp(chosen, "auto") == 0;
    const char *id = automatic ? chosen : find_id(choice->found, chosen);
    choice->chosen = g_strdup(id != NULL ? id : chosen);
    choice->view = (CcViewDevices){.chosen = choice->chosen, .missing = missing};
    /* Translators: a camera or a microphone, which is the one that is used. */
    if (automatic && !missing && *name != '\0')
        choice->words = g_strdup_printf(_("Automatic: %s"), name);
    cc_view_add_device(&choice->view, "auto",
                       choice->words != NULL ? choice->words : _("Automatic"));
    for (guint i = 0; i < choice->found->len; i++) {
        const CcDevice *device = choice->found->pdata[i];
        cc_view_add_device(&choice->view, device->id, device->name);
    }
    if (id != NULL)
        return;
    /* Translators: a camera or a microphone. */
    choice->words = g_strdup_printf(_("%s (unplugged)"), *name != '\0' ? name : chosen);
    cc_view_add_device(&choice->view, choice->chosen, choice->words);
}

void
cc_device_choice_clear(CcDeviceChoice *choice)
{
    g_clear_pointer(&choice->found, g_ptr_array_unref);
    g_clear_pointer(&choice->chosen, g_free);
    g_clear_pointer(&choice->words, g_free);
    choice->view = (CcViewDevices){.chosen = ""};
}

const char *
cc_device_choice_next(const CcDeviceChoice *choice)
{
    const CcViewDevices *view = &choice->view;
    for (guint i = 0; i < view->n; i++)
        if (strcmp(view->all[i].id, view->chosen) == 0)
            return view->all[(i + 1) % view->n].id;
    return "auto";
}
