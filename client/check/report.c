#include "client/check/report.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/ui/display-width.h"
#include "common/base/json-object.h"

#define LABEL_COLUMNS 6 /* with two blanks in front */
#define TITLE_COLUMNS 14

static const struct {
    const char *word, *on;
} looks[CC_N_COLOURS] = {
    [CC_GREEN] = {N_("good"), "\033[32m"},
    [CC_AMBER] = {N_("note"), "\033[33m"},
    [CC_RED] = {N_("STOP"), "\033[1;31m"},
    [CC_GREY] = {N_("—"), "\033[2m"},
};

static guint
width_of(gunichar c)
{
    char text[7] = {0};
    g_unichar_to_utf8(c, text);
    return cc_display_width(text);
}

/* Whether a line may end ahead of @next. */
static gboolean
may_break(gunichar before, gunichar next)
{
    if (before == ' ')
        return TRUE;
    return (width_of(next) == 2 || width_of(before) == 2) && next != ' ' &&
           strchr(".,:;!?)\"", next < 128 ? (int)next : 'x') == NULL &&
           g_utf8_strchr("，。：；！？）、”", -1, next) == NULL &&
           g_utf8_strchr("（“", -1, before) == NULL && before != '(' && before != '"';
}

char *
cc_report_wrap(const char *text, guint indent, guint columns)
{
    GString *out = g_string_new(NULL);
    const char *line = text, *breakable = NULL;
    guint column = indent;
    gunichar before = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (p > line && may_break(before, c))
            breakable = p;
        column += width_of(c);
        before = c;
        if (column <= columns || breakable == NULL || c == ' ')
            continue;
        g_string_append_len(out, line, breakable - line);
        while (out->len > 0 && out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append_printf(out, "\n%*s", (int)indent, "");
        line = p = breakable;
        breakable = NULL;
        column = indent + width_of(g_utf8_get_char(p));
        before = g_utf8_get_char(p);
    }
    g_string_append(out, line);
    return g_string_free(out, FALSE);
}

/* @text and blanks up to @columns. */
static void
append_padded(GString *out, const char *text, guint columns)
{
    guint width = cc_display_width(text);
    g_string_append_printf(out, "%s%*s", text, (int)(width < columns ? columns - width : 1), "");
}

char *
cc_report_finding(const CcFinding *finding, guint columns, gboolean colours)
{
    GString *out = g_string_new("  ");
    guint indent = 2 + LABEL_COLUMNS + TITLE_COLUMNS;
    g_autofree char *text = cc_display_harmless(finding->text);
    g_autofree char *wrapped = cc_report_wrap(text, indent, columns);
    g_string_append(out, colours ? looks[finding->colour].on : "");
    append_padded(out, _(looks[finding->colour].word), LABEL_COLUMNS);
    g_string_append(out, colours ? "\033[0m" : "");
    append_padded(out, finding->title, TITLE_COLUMNS);
    g_string_append_printf(out, "%s\n", wrapped);
    if (finding->next != NULL) {
        g_autofree char *next = cc_display_harmless(finding->next);
        g_autofree char *lines = cc_report_wrap(next, indent + 3, columns);
        g_string_append_printf(out, "%*s-> %s\n", (int)indent, "", lines);
    }
    return g_string_free(out, FALSE);
}

/* (transfer full) The sentence that a teacher reads if she reads only one. */
static char *
verdict(const CcExamination *examination)
{
    guint n = 0;
    const CcFinding *first = NULL;
    CcColour worst = cc_findings_worst(examination->findings);
    for (guint i = 0; i < examination->findings->len; i++) {
        const CcFinding *finding = examination->findings->pdata[i];
        if (finding->colour != worst)
            continue;
        n++;
        first = first != NULL ? first : finding;
    }
    if (worst == CC_GREEN)
        return g_strdup(_("All is well: the lesson can begin."));
    if (worst == CC_AMBER)
        return g_strdup_printf(ngettext("The lesson can begin; %u thing could be better.",
                                        "The lesson can begin; %u things could be better.", n),
                               n);
    /* TRANSLATORS: %s is a title such as "Server" */
    return g_strdup_printf(_("Not ready yet. Begin with: %s."), first->title);
}

char *
cc_report_end(const CcExamination *examination, guint columns, gboolean colours)
{
    GString *out = g_string_new("\n");
    CcColour worst = cc_findings_worst(examination->findings);
    g_autofree char *sentence = verdict(examination);
    g_autofree char *wrapped = cc_report_wrap(sentence, 0, columns);
    g_string_append_printf(out, "%s%s%s\n", colours ? looks[worst].on : "", wrapped,
                           colours ? "\033[0m" : "");
    if (examination->advice != NULL) {
        g_autofree char *heading =
            cc_report_wrap(_("Settings that fit (for the configuration file):"), 0, columns);
        g_string_append_printf(out, "\n%s\n\n%s", heading, examination->advice);
    }
    return g_string_free(out, FALSE);
}

static void
add_finding(JsonBuilder *builder, const CcFinding *finding)
{
    JsonNode *values = json_node_new(JSON_NODE_OBJECT);
    json_node_set_object(values, finding->values);
    json_builder_begin_object(builder);
    cc_json_add_string(builder, "id", finding->id);
    cc_json_add_string(builder, "verdict", cc_colour_name(finding->colour));
    cc_json_add_string(builder, "text", finding->text);
    cc_json_add_string(builder, "next", finding->next);
    json_builder_set_member_name(builder, "values");
    json_builder_add_value(builder, values);
    json_builder_end_object(builder);
}

char *
cc_report_json(const CcExamination *examination, const CcExaminationOptions *options)
{
    g_autoptr(JsonBuilder) builder = cc_json_begin();
    cc_json_add_string(builder, "relay",
                       cc_config_get_string(options->config, "network", "relay-url"));
    cc_json_add_string(builder, "room", options->room);
    cc_json_add_string(builder, "verdict",
                       cc_colour_name(cc_findings_worst(examination->findings)));
    cc_json_add_int(builder, "exit_code", cc_findings_exit_code(examination->findings));
    cc_json_begin_array(builder, "findings");
    for (guint i = 0; i < examination->findings->len; i++)
        add_finding(builder, examination->findings->pdata[i]);
    json_builder_end_array(builder);
    cc_json_add_string(builder, "settings", examination->advice != NULL ? examination->advice : "");
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    return json_to_string(root, TRUE);
}
