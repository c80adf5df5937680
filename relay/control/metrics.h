/* The relay's numbers as Prometheus text (exposition format 0.0.4). Control thread only. */
#pragma once

#include "relay/control/control.h"

G_BEGIN_DECLS

CcMetrics *cc_metrics_new(void);
void cc_metrics_free(CcMetrics *metrics);

/* @stats: the workers' present ones. No counter goes back from one call to the next. (transfer
 * full)
 */
char *cc_metrics_describe(CcMetrics *metrics, const CcControl *control,
                          const CcWorkerGroupStats *stats);

G_END_DECLS
