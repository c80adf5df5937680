/* What one probe found, as a colour, words for people, what to do next, and numbers for machines.
 * Main thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_GREEN,
    CC_AMBER, /* the lesson goes on, but not as well as it could */
    CC_RED,   /* there is no lesson with this */
    CC_GREY,  /* not measured, or not needed here */
    CC_N_COLOURS,
} CcColour;

/* "green" */
const char *cc_colour_name(CcColour colour);

typedef struct {
    const char *id;    /* "udp", for --json; literal */
    const char *title; /* translated */
    CcColour colour;
    char *text;         /* what was found */
    char *next;         /* what to do; NULL: nothing */
    int exit_code;      /* if red: sysexits */
    JsonObject *values; /* numbers and strings by name */
} CcFinding;

CcFinding *cc_finding_new(const char *id, const char *title);
void cc_finding_free(CcFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcFinding, cc_finding_free)

void cc_finding_say(CcFinding *finding, CcColour colour, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* What to do next, and @exit_code if it is red. */
void cc_finding_advise(CcFinding *finding, int exit_code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The worst of @findings (CcFinding *); green if there are none. */
CcColour cc_findings_worst(const GPtrArray *findings);
/* 0: green; 1: amber; else the exit code of the first red one. */
int cc_findings_exit_code(const GPtrArray *findings);
/* (transfer none) NULL if it is not there. */
const CcFinding *cc_findings_find(const GPtrArray *findings, const char *id);

G_END_DECLS
