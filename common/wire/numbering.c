#include "common/wire/numbering.h"

static CcNumberingCut *
cut_at(CcNumbering *self, guint index)
{
    return &self->cuts[index % CC_NUMBERING_CUTS];
}

void
cc_numbering_begin(CcNumbering *numbering, gint64 source, gint64 out)
{
    numbering->n_cuts = 1;
    numbering->skipped = G_MININT64;
    numbering->newest = source - 1;
    numbering->cuts[0] = (CcNumberingCut){.from = source, .offset = out - source};
}

/* The newest cut for which @number is not too small; @outgoing: counted in outgoing numbers. */
static const CcNumberingCut *
find_cut(const CcNumbering *self, gint64 number, gboolean outgoing)
{
    guint oldest = self->n_cuts > CC_NUMBERING_CUTS ? self->n_cuts - CC_NUMBERING_CUTS : 0;
    for (guint i = self->n_cuts; i > oldest; i--) {
        const CcNumberingCut *cut = &self->cuts[(i - 1) % CC_NUMBERING_CUTS];
        if (number >= cut->from + (outgoing ? cut->offset : 0))
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
    CcNumberingCut next = *cut_at(numbering, numbering->n_cuts - 1);
    next.from = source + 1;
    next.offset--;
    next.pictures += begins_picture ? 1 : 0;
    /* A run of numbers is one gap, but the beginning stays where it was. */
    if (numbering->skipped != source - 1 || numbering->n_cuts == 1)
        numbering->n_cuts++;
    *cut_at(numbering, numbering->n_cuts - 1) = next;
    numbering->skipped = numbering->newest = source;
}
