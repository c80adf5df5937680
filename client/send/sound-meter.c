#include "client/send/sound-meter.h"

GstElement *
cc_sound_meter_new(void)
{
    return gst_parse_bin_from_description("audioconvert ! level interval=100000000", TRUE, NULL);
}

/* The loudest channel's. */
static double
loudest(const GstStructure *structure, const char *field)
{
    const GValue *value = gst_structure_get_value(structure, field);
    double db = -G_MAXDOUBLE;
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    const GValueArray *channels = value != NULL ? g_value_get_boxed(value) : NULL;
    for (guint i = 0; channels != NULL && i < channels->n_values; i++)
        db = MAX(db, g_value_get_double(&channels->values[i]));
    G_GNUC_END_IGNORE_DEPRECATIONS
    return db;
}

void
cc_sound_meter_message(GstMessage *message, CcTeacherDisplay *display)
{
    const GstStructure *structure = gst_message_get_structure(message);
    if (structure != NULL && gst_structure_has_name(structure, "level"))
        cc_teacher_display_level(display, loudest(structure, "rms"), loudest(structure, "peak"));
}
