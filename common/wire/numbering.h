/* Which number a source's packet gets in a stream that leaves some of them out. The stream's
 * numbers have no holes where something was left out on purpose, or its receiver would ask for it
 * (RFC 4585) and hold back what follows. Numbers are unwrapped (sequence.h). A value; no ownership.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many gaps are remembered: more than two seconds' worth of every other picture. */
#define CC_NUMBERING_CUTS 32

typedef struct {
    gint64 from;    /* the first source number to which this applies */
    gint64 offset;  /* outgoing = source + offset */
    guint pictures; /* left out before it, since the beginning */
} CcNumberingCut;

typedef struct {
    CcNumberingCut current;
    gint64 skipped; /* the newest number left out, or G_MININT64 */
    gint64 newest;  /* of the source, left out or not */
    guint n_past;   /* ever; the newest CC_NUMBERING_CUTS are kept */
    CcNumberingCut past[CC_NUMBERING_CUTS];
} CcNumbering;

/* From @source on; that one becomes @out. */
void cc_numbering_begin(CcNumbering *numbering, gint64 source, gint64 out);

/* FALSE for what came before the beginning, or before all that is remembered. @pictures: how many
 * were left out before it, as far as cc_numbering_skip() was told. */
gboolean cc_numbering_map(const CcNumbering *numbering, gint64 source, gint64 *out,
                          guint *pictures);
/* The source's number of what went out as @out; FALSE if that is not remembered. */
gboolean cc_numbering_find(const CcNumbering *numbering, gint64 out, gint64 *source);

/* @source went out. */
void cc_numbering_keep(CcNumbering *numbering, gint64 source);
/* @source is left out. What follows moves up, unless something that follows has gone out already:
 * then a hole remains. @begins_picture: it is the first packet of one. */
void cc_numbering_skip(CcNumbering *numbering, gint64 source, gboolean begins_picture);

G_END_DECLS
