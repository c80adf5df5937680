/* What was found, as lines for a terminal or as JSON. Pure. Results are (transfer full). */
#pragma once

#include "client/check/examination.h"

G_BEGIN_DECLS

/* One finding: its colour as a word, title, text and next step, wrapped at @columns, with a line
 * break at its end. @colours: with the terminal's. */
char *cc_report_finding(const CcFinding *finding, guint columns, gboolean colours);
/* What it all comes to, in one or two sentences, and the suggested settings. */
char *cc_report_end(const CcExamination *examination, guint columns, gboolean colours);

/* {"room":…,"verdict":"amber","exit_code":1,"findings":[{"id":"udp","verdict":…,"text":…}],…} */
char *cc_report_json(const CcExamination *examination, const CcExaminationOptions *options);

/* @text in lines of at most @columns columns, those behind the first indented by @indent; the first
 * begins in column @indent, too. Chinese breaks between any two characters, but not ahead of
 * punctuation. */
char *cc_report_wrap(const char *text, guint indent, guint columns);

G_END_DECLS
