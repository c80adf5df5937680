/* How loud the microphone is, as a bar, and in words how well the teacher is heard. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/ui/audibility.h"

G_BEGIN_DECLS

#define CC_TYPE_LEVEL_METER (cc_level_meter_get_type())
G_DECLARE_FINAL_TYPE(CcLevelMeter, cc_level_meter, CC, LEVEL_METER, GtkBox)

GtkWidget *cc_level_meter_new(void);
/* @level: 0..1. */
void cc_level_meter_show(CcLevelMeter *meter, double level, CcAudibility audibility);

G_END_DECLS
