/* Which devices this machine has. gst_init() has been called. Main thread. */
#pragma once

#include "client/check/facts.h"
#include "common/base/config.h"

G_BEGIN_DECLS

void cc_probe_loudspeaker(const CcConfig *config, CcDeviceFacts *facts);
void cc_probe_screen(const CcConfig *config, CcDeviceFacts *facts);
void cc_probe_microphone(const CcConfig *config, CcDeviceFacts *facts);
void cc_probe_camera(const CcConfig *config, CcDeviceFacts *facts);

G_END_DECLS
