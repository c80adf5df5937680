/* What the teacher sees: one calm line about connection, picture, rate, loss and who is watching.
 * Main thread. */
#pragma once

#include "client/connection.h"
#include "client/elements/devices.h"
#include "client/send/layer.h"
#include "client/send/settings.h"
#include "client/send/uplink.h"

G_BEGIN_DECLS

typedef struct CcSendStatus CcSendStatus;

CcSendStatus *cc_send_status_new(const CcSendSettings *settings, gboolean has_video);
void cc_send_status_free(CcSendStatus *status);

/* The page that is shown, from 0 on. */
void cc_send_status_page(CcSendStatus *status, guint page, guint n_pages, gboolean blank);
void cc_send_status_connection(CcSendStatus *status, CcConnectionState state, const char *message);
/* Her camera or microphone is missing, or there. */
void cc_send_status_device(CcSendStatus *status, CcDeviceKind kind, gboolean missing);
/* Something that happened just now. */
void cc_send_status_announce(CcSendStatus *status, const char *text);
/* Who is watching, and what each of them has to do without. */
void cc_send_status_audience(CcSendStatus *status, const CcRoomState *room);
/* Once a second: which sizes are encoded, then the rest. */
void cc_send_status_layers(CcSendStatus *status, const CcLayerStatus *layers, guint n_layers);
void cc_send_status_update(CcSendStatus *status, const CcUplinkStats *stats);

G_END_DECLS
