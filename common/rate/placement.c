#include "common/rate/placement.h"

#include <math.h>
#include <string.h>

#define BIN_STEP 0.056583528366367514 /* log2(1.04) */
#define TIE 1e-9                      /* less is no difference */
#define WITHOUT 8.0  /* as if one had a 256th: what it costs to get nothing that fits */
#define HELPLESS 2.0 /* the same for one whom no rate serves */

void
cc_placement_init(CcPlacement *placement, guint min_bps, guint max_bps)
{
    memset(placement, 0, sizeof *placement);
    placement->min_bps = MAX(min_bps, 1000);
    placement->max_bps = MAX(max_bps, placement->min_bps);
}

void
cc_placement_add(CcPlacement *placement, guint budget_bps)
{
    if (budget_bps == 0)
        return;
    guint bps = CLAMP(budget_bps, placement->min_bps, placement->max_bps);
    guint bin = (guint)(log2((double)bps / placement->min_bps) / BIN_STEP);
    bin = MIN(bin, CC_PLACEMENT_BINS - 1);
    if (placement->counts[bin]++ == 0 || bps < placement->lowest_bps[bin])
        placement->lowest_bps[bin] = bps;
    placement->n++;
    placement->n_helpless += budget_bps < placement->min_bps ? 1 : 0;
}

void
cc_placement_merge(CcPlacement *placement, const CcPlacement *from)
{
    for (guint i = 0; i < CC_PLACEMENT_BINS; i++) {
        if (from->counts[i] == 0)
            continue;
        if (placement->counts[i] == 0 || from->lowest_bps[i] < placement->lowest_bps[i])
            placement->lowest_bps[i] = from->lowest_bps[i];
        placement->counts[i] += from->counts[i];
    }
    placement->n += from->n;
    placement->n_helpless += from->n_helpless;
}

static guint
list_bins(const CcPlacement *self, guint bins[CC_PLACEMENT_BINS])
{
    guint n = 0;
    for (guint i = 0; i < CC_PLACEMENT_BINS; i++) {
        if (self->counts[i] > 0)
            bins[n++] = i;
    }
    return n;
}

/* What it costs to leave out all bins below one, with @count budgets: the helpless are in the first
 * of them. */
static double
without(const CcPlacement *self, double count)
{
    return count == 0 ? 0 : WITHOUT * count - (WITHOUT - HELPLESS) * self->n_helpless;
}

double
cc_placement_loss(const CcPlacement *placement, const guint *layers_bps, guint n_layers)
{
    double sum = 0, left_out = 0; /* always the lowest bins */
    for (guint i = 0; i < CC_PLACEMENT_BINS; i++) {
        guint best = 0;
        if (placement->counts[i] == 0)
            continue;
        for (guint k = 0; k < n_layers; k++) {
            if (layers_bps[k] <= placement->lowest_bps[i])
                best = MAX(best, layers_bps[k]);
        }
        if (best == 0)
            left_out += placement->counts[i];
        else
            sum += log2((double)placement->lowest_bps[i] / best) * placement->counts[i];
    }
    return sum + without(placement, left_out);
}

/* The best place of a layer is just at somebody's budget. least[k][i]: the least loss of bins i and
 * above with k + 1 layers, the lowest of them at bin i; next[k][i]: where the second lowest is. */
typedef struct {
    guint n;
    guint bins[CC_PLACEMENT_BINS];
    double level[CC_PLACEMENT_BINS]; /* log2 of each bin's rate */
    /* Sums of counts, and of counts times level, of all bins below i. */
    double count_below[CC_PLACEMENT_BINS + 1], level_below[CC_PLACEMENT_BINS + 1];
    double least[CC_PLACEMENT_LAYERS][CC_PLACEMENT_BINS];
    guint next[CC_PLACEMENT_LAYERS][CC_PLACEMENT_BINS];
} Search;

/* What bins @from up to below @to lose with a layer at @from. */
static double
stretch(const Search *search, guint from, guint to)
{
    double count = search->count_below[to] - search->count_below[from];
    return search->level_below[to] - search->level_below[from] - count * search->level[from];
}

static void
prepare(Search *search, const CcPlacement *self)
{
    search->n = list_bins(self, search->bins);
    search->count_below[0] = search->level_below[0] = 0;
    for (guint i = 0; i < search->n; i++) {
        guint bin = search->bins[i];
        search->level[i] = log2(self->lowest_bps[bin]);
        search->count_below[i + 1] = search->count_below[i] + self->counts[bin];
        search->level_below[i + 1] = search->level_below[i] + self->counts[bin] * search->level[i];
    }
}

static void
search_layers(Search *search, guint n_layers)
{
    for (guint i = 0; i < search->n; i++) {
        search->least[0][i] = stretch(search, i, search->n);
        search->next[0][i] = search->n;
    }
    for (guint k = 1; k < n_layers; k++) {
        for (guint i = 0; i < search->n; i++) {
            search->least[k][i] = search->least[0][i];
            search->next[k][i] = search->n;
            for (guint j = i + 1; j < search->n; j++) {
                double loss = stretch(search, i, j) + search->least[k - 1][j];
                if (loss >= search->least[k][i] - TIE)
                    continue;
                search->least[k][i] = loss;
                search->next[k][i] = j;
            }
        }
    }
}

/* Where the lowest layer is best: those below it get none that fits. */
static guint
find_lowest(const Search *search, const CcPlacement *self, guint n_layers)
{
    guint best = 0;
    double least = G_MAXDOUBLE;
    for (guint i = 0; i < search->n; i++) {
        double loss = without(self, search->count_below[i]) + search->least[n_layers - 1][i];
        if (loss >= least - TIE)
            continue;
        least = loss;
        best = i;
    }
    return best;
}

guint
cc_placement_find(const CcPlacement *placement, guint max_layers,
                  guint layers_bps[CC_PLACEMENT_LAYERS])
{
    Search search;
    guint n_layers = MIN(max_layers, CC_PLACEMENT_LAYERS);
    guint n = 0;
    prepare(&search, placement);
    if (search.n == 0 || n_layers == 0)
        return 0;
    search_layers(&search, n_layers);
    for (guint at = find_lowest(&search, placement, n_layers), k = n_layers; k > 0 && at < search.n;
         k--) {
        layers_bps[n++] = placement->lowest_bps[search.bins[at]];
        at = search.next[k - 1][at];
    }
    return n;
}
