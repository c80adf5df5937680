#include "client/window/gtk/level-meter.h"

#include <glib/gi18n.h>

#include "client/window/gtk/widgets.h"

struct _CcLevelMeter {
    GtkBox parent;
    GtkWidget *bar, *words;
};

G_DEFINE_FINAL_TYPE(CcLevelMeter, cc_level_meter, GTK_TYPE_BOX)

static const char *
audibility_words(CcAudibility audibility)
{
    switch (audibility) {
    case CC_AUDIBILITY_LISTENING:
        return _("Listening to the microphone");
    case CC_AUDIBILITY_NOTHING:
        return _("We hear nothing: is the microphone on?");
    case CC_AUDIBILITY_PAUSE:
        return _("Quiet now");
    case CC_AUDIBILITY_QUIET:
        return _("Too quiet: come closer, or speak up");
    case CC_AUDIBILITY_LOUD:
        return _("Too loud: move away a little");
    case CC_AUDIBILITY_NOISE:
        return _("It is noisy around you");
    case CC_AUDIBILITY_GOOD:
        break;
    }
    return _("We hear you well");
}

static gboolean
is_trouble(CcAudibility audibility)
{
    return audibility == CC_AUDIBILITY_NOTHING || audibility == CC_AUDIBILITY_QUIET ||
           audibility == CC_AUDIBILITY_LOUD || audibility == CC_AUDIBILITY_NOISE;
}

static void
cc_level_meter_class_init(CcLevelMeterClass *class)
{
}

static void
cc_level_meter_init(CcLevelMeter *meter)
{
    gtk_orientable_set_orientation(GTK_ORIENTABLE(meter), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(meter), 6);
    meter->bar = gtk_level_bar_new();
    gtk_widget_add_css_class(meter->bar, "level");
    cc_widget_set_name(meter->bar, _("Microphone"));
    meter->words = cc_widget_label("", "audibility");
    gtk_label_set_xalign(GTK_LABEL(meter->words), 0);
    gtk_box_append(GTK_BOX(meter), meter->bar);
    gtk_box_append(GTK_BOX(meter), meter->words);
    cc_level_meter_show(meter, 0, CC_AUDIBILITY_LISTENING);
}

GtkWidget *
cc_level_meter_new(void)
{
    return g_object_new(CC_TYPE_LEVEL_METER, NULL);
}

void
cc_level_meter_show(CcLevelMeter *meter, double level, CcAudibility audibility)
{
    gtk_level_bar_set_value(GTK_LEVEL_BAR(meter->bar), CLAMP(level, 0, 1));
    gtk_label_set_text(GTK_LABEL(meter->words), audibility_words(audibility));
    cc_widget_set_class(meter->words, "good", audibility == CC_AUDIBILITY_GOOD);
    cc_widget_set_class(meter->words, "bad", is_trouble(audibility));
}
