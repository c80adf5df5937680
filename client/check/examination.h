/* All probes, one after the other, from the name to the decoder; what cannot be measured because of
 * what was found before is left out. Main thread; takes at most about 30 s. */
#pragma once

#include "client/check/finding.h"
#include "common/base/config.h"

G_BEGIN_DECLS

typedef struct {
    const CcConfig *config;
    const char *room;
    gboolean network_only; /* not this PC's devices and speed */
    gboolean teacher;      /* judge as a teacher's school; a teacher's token says so too */
    /* What is being measured from now on (translated), and what was found: (transfer none). */
    void (*began)(const char *what, gpointer user_data);
    void (*found)(const CcFinding *finding, gpointer user_data);
    gpointer user_data;
} CcExaminationOptions;

typedef struct {
    GPtrArray *findings; /* CcFinding * */
    gboolean teacher;
    char *advice; /* settings; NULL if too little is known */
} CcExamination;

/* Error: CC_ERROR_USAGE, CC_ERROR_CONFIG, and nothing has been done. */
gboolean cc_examination_run(CcExamination *examination, const CcExaminationOptions *options,
                            GError **error);
void cc_examination_clear(CcExamination *examination);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcExamination, cc_examination_clear)

G_END_DECLS
