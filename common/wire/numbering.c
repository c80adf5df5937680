#include "common/wire/numbering.h"

void
cc_numbering_begin(CcNumbering *numbering, gint64 source, gint64 out)
{
    numbering->current = (CcNumberingCut){.from = source, .offset = out - source};
    numbering->skipped = G_MININT64;
    numbering->newest = source - 1;
    numbering->n_past = 0;
}

static gboolean
covers(const CcNumberingCut *cut, gint64 number, gboolean outgoing)
{
    return number >= cut->from + (outgoing ? cut->offset : 0);
}

/* The newest cut for which @number is not too small; @outgoing: counted in outgoing numbers. */
static const CcNumberingCut *
find_cut(const CcNumbering *self, gint64 number, gboolean outgoing)
{
    if (G_LIKELY(covers(&self->current, number, outgoing)))
        return &self->current;
    for (guint i = 1; i <= MIN(self->n_past, CC_NUMBERING_CUTS); i++) {
        const CcNumberingCut *cut = &self->past[(self->n_past - i) % CC_NUMBERING_CUTS];
        if (covers(cut, number, outgoing))
            return cut;
    }
    return NULL;
}

gboolean
cc_numbering_map(const CcNumbering *numbering, gint64 source, gint64 *out, guint *pictures)
{
    const CcNumberingCut *cut = find_cut(numbering, source, FALSE);
    if (!cut)
        return FALSE;
    *out = source + cut->offset;
    *pictures = cut->pictures;
    return TRUE;
}

gboolean
cc_numbering_find(const CcNumbering *numbering, gint64 out, gint64 *source)
{
    const CcNumberingCut *cut = find_cut(numbering, out, TRUE);
    if (!cut)
        return FALSE;
    *source = out - cut->offset;
    return TRUE;
}

void
cc_numbering_keep(CcNumbering *numbering, gint64 source)
{
    numbering->newest = MAX(numbering->newest, source);
}

void
cc_numbering_skip(CcNumbering *numbering, gint64 source, gboolean begins_picture)
{
    if (source <= numbering->newest)
        return;
    CcNumberingCut *current = &numbering->current;
    if (numbering->skipped != source - 1 || numbering->n_past == 0) /* a run is one gap */
        numbering->past[numbering->n_past++ % CC_NUMBERING_CUTS] = *current;
    current->from = source + 1;
    current->offset--;
    current->pictures += begins_picture ? 1 : 0;
    numbering->skipped = numbering->newest = source;
}
