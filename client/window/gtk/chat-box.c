/*   ┌ messages ────── who may write ┐
 *   │ what has been written         │
 *   │ (scrolled, while there is any)│
 *   │ what is wrong, if anything    │
 *   └ the text ──────────────── send┘   */
#include "client/window/gtk/chat-box.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/ui/chat-words.h"
#include "client/window/gtk/widgets.h"

#define MOST_OF_WINDOW 4 /* what is written takes up to a quarter of its height */
#define LEAST_PX 60
#define END_PX 40 /* so close to the end the newest text is followed */

typedef struct {
    GtkWidget *box, *words, *mute; /* the last one: or NULL, a teacher's */
    gint64 time_ms;
    char *id;
    gboolean muted;
    const CcHost *host;
} Row;

typedef struct {
    const CcHost *host;
    GtkWidget *on, *scrolled, *list, *notice, *entry, *send;
    GPtrArray *rows; /* Row *, the oldest first */
    gboolean may_all_write, may_write;
    gboolean at_end;
    gboolean sending; /* a text is on its way: what stands in the entry */
    guint number;     /* of that, or of the last one */
} ChatBox;

static const char box_key[] = "cc-chat-box";

static void
row_free(gpointer data)
{
    Row *row = data;
    g_free(row->id);
    g_free(row);
}

static void
chat_box_free(gpointer data)
{
    ChatBox *chat = data;
    g_ptr_array_unref(chat->rows);
    g_free(chat);
}

static void
on_mute(Row *row)
{
    cc_host_say(row->host, "mute-writer", g_variant_new("(sb)", row->id, !row->muted));
}

static void
on_let_write(ChatBox *chat)
{
    cc_host_say(chat->host, "let-write", g_variant_new_boolean(!chat->may_all_write));
}

static void
show_sending(ChatBox *chat, gboolean sending)
{
    chat->sending = sending;
    gtk_editable_set_editable(GTK_EDITABLE(chat->entry), !sending); /* it keeps the focus */
    gtk_widget_set_sensitive(chat->send, chat->may_write && !sending);
}

static void
show_notice(ChatBox *chat, CcChatRefusal refusal)
{
    gtk_label_set_text(GTK_LABEL(chat->notice), cc_chat_refusal_words(refusal));
    gtk_widget_set_visible(chat->notice, refusal != CC_CHAT_REFUSED_NOT);
}

static void
on_send(ChatBox *chat)
{
    g_autofree char *text = g_strdup(gtk_editable_get_text(GTK_EDITABLE(chat->entry)));
    g_strstrip(text);
    if (*text == '\0' || chat->sending || !chat->may_write)
        return;
    chat->number++;
    show_notice(chat, CC_CHAT_REFUSED_NOT);
    show_sending(chat, TRUE);
    cc_host_say(chat->host, "write", g_variant_new("(us)", chat->number, text));
}

static void
on_scrolled(GtkAdjustment *place, gpointer user_data)
{
    double end = gtk_adjustment_get_upper(place) - gtk_adjustment_get_page_size(place);
    ((ChatBox *)user_data)->at_end = gtk_adjustment_get_value(place) >= end - END_PX;
}

static void
on_grown(GtkAdjustment *place, gpointer user_data)
{
    if (((ChatBox *)user_data)->at_end)
        gtk_adjustment_set_value(place, gtk_adjustment_get_upper(place));
}

static GtkWidget *
make_head(ChatBox *chat)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *title = gtk_label_new(_("Messages"));
    GtkWidget *cap = gtk_label_new("C");
    gtk_widget_add_css_class(title, "audience");
    gtk_widget_add_css_class(cap, "keycap");
    gtk_widget_set_valign(cap, GTK_ALIGN_CENTER);
    gtk_widget_set_hexpand(cap, TRUE);
    gtk_widget_set_halign(cap, GTK_ALIGN_START);
    chat->on = cc_widget_button("", NULL, NULL, NULL, G_CALLBACK(on_let_write), chat);
    gtk_box_append(GTK_BOX(box), title);
    gtk_box_append(GTK_BOX(box), cap);
    gtk_box_append(GTK_BOX(box), chat->on);
    return box;
}

static GtkWidget *
make_list(ChatBox *chat)
{
    chat->list = g_object_new(GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 4,
                              "accessible-role", GTK_ACCESSIBLE_ROLE_LOG, NULL);
    chat->scrolled = gtk_scrolled_window_new();
    cc_widget_set_name(chat->list, _("Messages"));
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(chat->scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(chat->scrolled), chat->list);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(chat->scrolled), TRUE);
    gtk_widget_set_visible(chat->scrolled, FALSE);
    chat->at_end = TRUE;
    GtkAdjustment *place = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(chat->scrolled));
    g_signal_connect(place, "value-changed", G_CALLBACK(on_scrolled), chat);
    g_signal_connect(place, "changed", G_CALLBACK(on_grown), chat);
    return chat->scrolled;
}

static GtkWidget *
make_entry(ChatBox *chat)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    chat->entry = gtk_entry_new();
    gtk_entry_set_max_length(GTK_ENTRY(chat->entry), CC_ROOM_CHAT_MAX_CHARACTERS);
    gtk_widget_set_hexpand(chat->entry, TRUE);
    cc_widget_set_name(chat->entry, _("Write to everybody"));
    g_signal_connect_swapped(chat->entry, "activate", G_CALLBACK(on_send), chat);
    chat->send = cc_widget_button(_("Send"), NULL, NULL, "big", G_CALLBACK(on_send), chat);
    gtk_box_append(GTK_BOX(box), chat->entry);
    gtk_box_append(GTK_BOX(box), chat->send);
    return box;
}

GtkWidget *
cc_chat_box_new(const CcHost *host)
{
    ChatBox *chat = g_new0(ChatBox, 1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    chat->host = host;
    chat->rows = g_ptr_array_new_with_free_func(row_free);
    gtk_widget_add_css_class(box, "chat");
    g_object_set_data_full(G_OBJECT(box), box_key, chat, chat_box_free);
    chat->notice = cc_widget_label("", "chat-notice");
    gtk_label_set_xalign(GTK_LABEL(chat->notice), 0);
    gtk_box_append(GTK_BOX(box), make_head(chat));
    gtk_box_append(GTK_BOX(box), make_list(chat));
    gtk_box_append(GTK_BOX(box), chat->notice);
    gtk_box_append(GTK_BOX(box), make_entry(chat));
    show_notice(chat, CC_CHAT_REFUSED_NOT);
    return box;
}

static const char *
name_of(const CcViewChatLine *line)
{
    if (line->own)
        return _("You");
    return *line->name != '\0' ? line->name : line->teacher ? _("The teacher") : _("unnamed");
}

static void
show_words(Row *row, const CcViewChatLine *line)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(line->time_ms / 1000);
    g_autofree char *time = then != NULL ? g_date_time_format(then, "%H:%M") : g_strdup("");
    g_autofree char *words = g_markup_printf_escaped(
        "<span size=\"smaller\">%s</span>  <b>%s</b>  %s", time, name_of(line), line->text);
    gtk_label_set_markup(GTK_LABEL(row->words), words);
}

static Row *
add_row(ChatBox *chat, const CcViewChatLine *line)
{
    Row *row = g_new0(Row, 1);
    row->host = chat->host;
    row->time_ms = line->time_ms;
    row->id = g_strdup(line->id);
    row->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    row->words = cc_widget_label("", line->teacher ? "taught" : NULL);
    gtk_label_set_xalign(GTK_LABEL(row->words), 0);
    gtk_widget_set_hexpand(row->words, TRUE);
    gtk_box_append(GTK_BOX(row->box), row->words);
    if (!line->teacher && *line->id != '\0') {
        row->mute = cc_widget_button("", NULL, NULL, "quiet", G_CALLBACK(on_mute), row);
        gtk_widget_set_valign(row->mute, GTK_ALIGN_START);
        gtk_box_append(GTK_BOX(row->box), row->mute);
    }
    show_words(row, line);
    gtk_box_append(GTK_BOX(chat->list), row->box);
    g_ptr_array_add(chat->rows, row);
    return row;
}

static void
show_muted(Row *row, const CcViewChatLine *line)
{
    if (row->mute == NULL)
        return;
    g_autofree char *name = g_strdup_printf(
        line->muted ? _("Let %s write again") : _("Let %s write no longer"), name_of(line));
    row->muted = line->muted;
    cc_widget_button_set_text(row->mute, line->muted ? _("Let write") : C_("chat", "Mute"));
    cc_widget_set_class(row->mute, "muted", line->muted);
    cc_widget_set_name(row->mute, name);
}

static void
remove_first(ChatBox *chat)
{
    const Row *row = chat->rows->pdata[0];
    gtk_box_remove(GTK_BOX(chat->list), row->box);
    g_ptr_array_remove_index(chat->rows, 0);
}

/* What stands stays: a button that is being pressed must not go, and nobody wants to hear it read
 * again. */
static void
show_lines(ChatBox *chat, const CcViewChat *view)
{
    gint64 first_ms = view->n_lines > 0 ? view->lines[0].time_ms : G_MAXINT64;
    while (chat->rows->len > 0 && ((const Row *)chat->rows->pdata[0])->time_ms < first_ms)
        remove_first(chat);
    for (guint i = 0; i < view->n_lines; i++) {
        Row *row = i < chat->rows->len ? chat->rows->pdata[i] : add_row(chat, &view->lines[i]);
        show_muted(row, &view->lines[i]);
    }
    gtk_widget_set_visible(chat->scrolled, view->n_lines > 0);
}

/* No higher than they need: the rest is for the classrooms. */
static void
limit_height(ChatBox *chat)
{
    GtkRoot *root = gtk_widget_get_root(chat->scrolled);
    int height = root != NULL ? gtk_widget_get_height(GTK_WIDGET(root)) : 0;
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(chat->scrolled),
                                               MAX(height / MOST_OF_WINDOW, LEAST_PX));
}

/* What has become of the text that was on its way; what was refused stays to be sent again. */
static void
show_answer(ChatBox *chat, const CcViewChat *view)
{
    if (!chat->sending) {
        chat->number = view->answered;
        return;
    }
    if (view->answered != chat->number)
        return;
    if (view->refusal == CC_CHAT_REFUSED_NOT)
        gtk_editable_set_text(GTK_EDITABLE(chat->entry), "");
    show_notice(chat, view->refusal);
    show_sending(chat, FALSE);
}

void
cc_chat_box_show(GtkWidget *box, const CcViewChat *view)
{
    ChatBox *chat = g_object_get_data(G_OBJECT(box), box_key);
    chat->may_all_write = view->on;
    chat->may_write = view->hindrance == CC_CHAT_REFUSED_NOT;
    cc_widget_button_set_text(chat->on,
                              view->on ? _("Classrooms may write") : _("Only you may write"));
    cc_widget_set_class(chat->on, "muted", !view->on);
    gtk_entry_set_placeholder_text(GTK_ENTRY(chat->entry),
                                   chat->may_write ? _("Write to everybody")
                                                   : cc_chat_refusal_words(view->hindrance));
    gtk_widget_set_sensitive(chat->entry, chat->may_write);
    limit_height(chat);
    show_lines(chat, view);
    show_answer(chat, view);
    show_sending(chat, chat->sending);
}

void
cc_chat_box_focus(GtkWidget *box)
{
    ChatBox *chat = g_object_get_data(G_OBJECT(box), box_key);
    gtk_widget_grab_focus(chat->entry);
}

gboolean
cc_chat_box_has_focus(GtkWidget *box)
{
    const ChatBox *chat = g_object_get_data(G_OBJECT(box), box_key);
    GtkRoot *root = gtk_widget_get_root(box);
    GtkWidget *focus = root != NULL ? gtk_root_get_focus(root) : NULL;
    return focus != NULL && gtk_widget_is_ancestor(focus, chat->entry);
}
