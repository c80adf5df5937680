/* At which rates a publisher's simulcast layers serve a lesson best: each receiver gets the largest
 * layer that its budget takes, and what it loses by that is the smaller the nearer they are, by the
 * logarithm. One classroom: exactly its rate. Pure; rates in bit/s on the wire. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_PLACEMENT_LAYERS 3
/* Budgets nearer than 4 % to each other count as one. */
#define CC_PLACEMENT_BINS 192

/* What the receivers can take; for adding one after the other. */
typedef struct {
    guint min_bps, max_bps; /* of a layer */
    guint n;                /* budgets added that are above nothing */
    guint n_helpless;       /* of them, those below the minimum */
    guint counts[CC_PLACEMENT_BINS];
    guint lowest_bps[CC_PLACEMENT_BINS]; /* in that bin */
} CcPlacement;

/* @min_bps: the least that makes a moving picture; at least 1000. */
void cc_placement_init(CcPlacement *placement, guint min_bps, guint max_bps);
/* A receiver's budget for this picture; 0: it does not watch. Below the minimum the smallest layer
 * serves it as well as it may, unless that would cost the others much. */
void cc_placement_add(CcPlacement *placement, guint budget_bps);

/* What @from has been given, too; both with the same bounds. */
void cc_placement_merge(CcPlacement *placement, const CcPlacement *from);

/* The rates of at most @max_layers layers, ascending; returns how many are of use, 0 if nobody
 * watches. */
guint cc_placement_find(const CcPlacement *placement, guint max_layers,
                        guint layers_bps[CC_PLACEMENT_LAYERS]);
/* What all lose together with these layers: the sum of log2(budget / layer). */
double cc_placement_loss(const CcPlacement *placement, const guint *layers_bps, guint n_layers);

G_END_DECLS
