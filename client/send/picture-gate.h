/* Leaves pictures out ahead of an encoder that has spent more than the link takes: a slide that
 * changes then costs some pictures of the next moment, and not everybody's delay, for what would
 * wait on the way would be late. Pure; the caller locks. Times in µs of the pictures' own clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint bps;
    gint64 debt_bits; /* spent, and not yet paid for by time */
    gint64 paid_us;   /* up to when it has been */
    gint64 passed_us; /* the last picture that was coded */
    gboolean started;
    gboolean left_out; /* the last one was */
} CcPictureGate;

/* What the encoder may spend from now on; 0: there is no limit. */
void cc_picture_gate_set(CcPictureGate *gate, guint bps);
/* FALSE if the picture of @now_us is to be left out. Never for long. */
gboolean cc_picture_gate_opens(CcPictureGate *gate, gint64 now_us);
/* A picture has come out of the encoder. */
void cc_picture_gate_coded(CcPictureGate *gate, gsize bytes);

G_END_DECLS
