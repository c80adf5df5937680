#include "client/window/gtk/waiting-page.h"

#include <glib/gi18n.h>

#include "client/ui/messages.h"
#include "client/window/gtk/widgets.h"

struct _CcWaitingPage {
    GtkBox parent;
    GtkWidget *school, *lesson, *clock, *date, *state_zh, *state_en;
    guint timer;
};

G_DEFINE_FINAL_TYPE(CcWaitingPage, cc_waiting_page, GTK_TYPE_BOX)

void
cc_waiting_page_set_time(CcWaitingPage *page, GDateTime *now)
{
    static const char *const weekdays[] = {N_("Monday"),   N_("Tuesday"), N_("Wednesday"),
                                           N_("Thursday"), N_("Friday"),  N_("Saturday"),
                                           N_("Sunday")};
    g_autofree char *time = g_date_time_format(now, "%H:%M");
    /* Translators: year, month, day, weekday. */
    g_autofree char *date = g_strdup_printf(
        _("%1$d-%2$02d-%3$02d, %4$s"), g_date_time_get_year(now), g_date_time_get_month(now),
        g_date_time_get_day_of_month(now), _(weekdays[g_date_time_get_day_of_week(now) - 1]));
    gtk_label_set_text(GTK_LABEL(page->clock), time);
    gtk_label_set_text(GTK_LABEL(page->date), date);
}

static gboolean
on_second(gpointer user_data)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    cc_waiting_page_set_time(user_data, now);
    return G_SOURCE_CONTINUE;
}

static void
dispose(GObject *object)
{
    g_clear_handle_id(&CC_WAITING_PAGE(object)->timer, g_source_remove);
    G_OBJECT_CLASS(cc_waiting_page_parent_class)->dispose(object);
}

static void
cc_waiting_page_class_init(CcWaitingPageClass *class)
{
    G_OBJECT_CLASS(class)->dispose = dispose;
}

static GtkWidget *
add(CcWaitingPage *page, const char *css)
{
    GtkWidget *label = cc_widget_label("", css);
    gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
    gtk_box_append(GTK_BOX(page), label);
    return label;
}

static void
cc_waiting_page_init(CcWaitingPage *page)
{
    gtk_orientable_set_orientation(GTK_ORIENTABLE(page), GTK_ORIENTATION_VERTICAL);
    gtk_widget_set_valign(GTK_WIDGET(page), GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(GTK_WIDGET(page), "waiting");
    page->school = add(page, "school");
    page->lesson = add(page, "lesson");
    page->clock = add(page, "clock");
    page->date = add(page, "date");
    page->state_zh = add(page, "state-zh");
    page->state_en = add(page, "state-en");
    page->timer = g_timeout_add_seconds(1, on_second, page);
    on_second(page);
}

GtkWidget *
cc_waiting_page_new(void)
{
    return g_object_new(CC_TYPE_WAITING_PAGE, NULL);
}

void
cc_waiting_page_show(CcWaitingPage *page, const CcClassroomView *view)
{
    gtk_label_set_text(GTK_LABEL(page->school), view->school);
    gtk_widget_set_visible(page->school, *view->school != '\0');
    gtk_label_set_text(GTK_LABEL(page->lesson), view->lesson);
    gtk_label_set_text(GTK_LABEL(page->state_zh), cc_message_for_state_zh(view->state));
    gtk_label_set_text(GTK_LABEL(page->state_en), cc_message_for_state_en(view->state));
}
