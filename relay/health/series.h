/* The newest records of one kind, one a tick, all of one size: a ring that is never larger than it
 * was made. Ticks without a record are gaps. A value of its owner; no clock, no threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcSeries CcSeries;

/* Remembers @n_ticks records of @record_bytes each. */
CcSeries *cc_series_new(guint n_ticks, gsize record_bytes);
/* NULL is fine. */
void cc_series_free(CcSeries *series);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSeries, cc_series_free)

/* Copies @record. A second one of a tick replaces the first; one before the newest is not taken. */
void cc_series_put(CcSeries *series, guint32 tick, const void *record);

/* (transfer none), until the next put. NULL: nothing was put, or it is too long ago. */
const void *cc_series_get(const CcSeries *series, guint32 tick);

/* What one takes in all, in bytes. */
gsize cc_series_bytes(guint n_ticks, gsize record_bytes);

G_END_DECLS
