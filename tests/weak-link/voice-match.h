/* How like two pieces of sound are. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    double likeness; /* normalised correlation, -1 to 1 */
    gsize delay;     /* samples */
} VoiceMatch;

double voice_energy(const float *samples, gsize n);
float voice_product(const float *a, const float *b, gsize n);
/* The delay from @from to before @until at which @n samples of @said from @at on are most like what
 * was heard; -1 and @from where nothing is to be compared. */
VoiceMatch voice_match(const GArray *said, const GArray *heard, gsize at, gsize n, gsize from,
                       gsize until);

G_END_DECLS
