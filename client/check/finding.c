#include "client/check/finding.h"

#include <sysexits.h>

#define EXIT_AMBER 1

const char *
cc_colour_name(CcColour colour)
{
    static const char *const names[CC_N_COLOURS] = {"green", "amber", "red", "grey"};
    g_return_val_if_fail(colour < CC_N_COLOURS, "grey");
    return names[colour];
}

CcFinding *
cc_finding_new(const char *id, const char *title)
{
    CcFinding *finding = g_new0(CcFinding, 1);
    finding->id = id;
    finding->title = title;
    finding->colour = CC_GREY;
    finding->values = json_object_new();
    return finding;
}

void
cc_finding_free(CcFinding *finding)
{
    if (finding == NULL)
        return;
    g_free(finding->text);
    g_free(finding->next);
    json_object_unref(finding->values);
    g_free(finding);
}

void
cc_finding_say(CcFinding *finding, CcColour colour, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    finding->colour = colour;
    g_free(finding->text);
    finding->text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

void
cc_finding_advise(CcFinding *finding, int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(finding->next);
    finding->next = g_strdup_vprintf(format, arguments);
    finding->exit_code = exit_code;
    va_end(arguments);
}

CcColour
cc_findings_worst(const GPtrArray *findings)
{
    CcColour worst = CC_GREEN;
    for (guint i = 0; i < findings->len; i++) {
        CcColour colour = ((const CcFinding *)findings->pdata[i])->colour;
        if (colour != CC_GREY && colour > worst)
            worst = colour;
    }
    return worst;
}

int
cc_findings_exit_code(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const CcFinding *finding = findings->pdata[i];
        if (finding->colour == CC_RED)
            return finding->exit_code != 0 ? finding->exit_code : EX_UNAVAILABLE;
    }
    return cc_findings_worst(findings) == CC_AMBER ? EXIT_AMBER : EX_OK;
}

const CcFinding *
cc_findings_find(const GPtrArray *findings, const char *id)
{
    for (guint i = 0; i < findings->len; i++)
        if (g_str_equal(((const CcFinding *)findings->pdata[i])->id, id))
            return findings->pdata[i];
    return NULL;
}
