#include "client/window/gtk/classroom-card.h"

#include <glib/gi18n.h>

#include "client/window/gtk/widgets.h"

typedef struct {
    const CcHost *host;
    char *id;
    GtkWidget *name, *chip, *state, *hand, *waiting, *lower;
    GtkWidget *stage, *place, *call, *thank, *mute;
    gboolean muted;
} Card;

static const char card_key[] = "cc-card";

static void
card_free(gpointer data)
{
    Card *card = data;
    g_free(card->id);
    g_free(card);
}

static void
on_lower(Card *card)
{
    cc_host_say(card->host, "lower-hand", g_variant_new_string(card->id));
}

static void
on_call(Card *card)
{
    cc_host_say(card->host, "call", g_variant_new_string(card->id));
}

static void
on_thank(Card *card)
{
    cc_host_say(card->host, "thank", g_variant_new_string(card->id));
}

static void
on_mute(Card *card)
{
    cc_host_say(card->host, "mute", g_variant_new("(sb)", card->id, !card->muted));
}

static GtkWidget *
make_hand(Card *card)
{
    card->hand = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    card->waiting = cc_widget_label("", "waiting-hand");
    gtk_label_set_xalign(GTK_LABEL(card->waiting), 0);
    gtk_widget_set_hexpand(card->waiting, TRUE);
    card->lower = cc_widget_button(_("Lower hand"), NULL, NULL, NULL, G_CALLBACK(on_lower), card);
    gtk_box_append(GTK_BOX(card->hand), card->waiting);
    gtk_box_append(GTK_BOX(card->hand), card->lower);
    return card->hand;
}

static GtkWidget *
make_stage(Card *card)
{
    card->stage = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    card->place = cc_widget_label("", "on-stage");
    gtk_label_set_xalign(GTK_LABEL(card->place), 0);
    gtk_widget_set_hexpand(card->place, TRUE);
    card->call = cc_widget_button(_("Call"), NULL, NULL, NULL, G_CALLBACK(on_call), card);
    card->mute = cc_widget_button(_("Mute"), NULL, NULL, NULL, G_CALLBACK(on_mute), card);
    card->thank = cc_widget_button(_("Thank you"), NULL, NULL, NULL, G_CALLBACK(on_thank), card);
    gtk_widget_set_hexpand(card->call, TRUE);
    gtk_widget_set_halign(card->call, GTK_ALIGN_END);
    gtk_box_append(GTK_BOX(card->stage), card->place);
    gtk_box_append(GTK_BOX(card->stage), card->call);
    gtk_box_append(GTK_BOX(card->stage), card->mute);
    gtk_box_append(GTK_BOX(card->stage), card->thank);
    return card->stage;
}

GtkWidget *
cc_classroom_card_new(const CcHost *host)
{
    Card *card = g_new0(Card, 1);
    card->host = host;
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_widget_add_css_class(box, "card");
    g_object_set_data_full(G_OBJECT(box), card_key, card, card_free);
    card->name = cc_widget_label("", "name");
    gtk_label_set_xalign(GTK_LABEL(card->name), 0);
    gtk_widget_set_hexpand(card->name, TRUE);
    card->chip = cc_widget_link_chip();
    gtk_box_append(GTK_BOX(top), card->name);
    gtk_box_append(GTK_BOX(top), card->chip);
    card->state = cc_widget_label("", "state");
    gtk_label_set_xalign(GTK_LABEL(card->state), 0);
    gtk_box_append(GTK_BOX(box), top);
    gtk_box_append(GTK_BOX(box), card->state);
    gtk_box_append(GTK_BOX(box), make_hand(card));
    gtk_box_append(GTK_BOX(box), make_stage(card));
    return box;
}

/* (transfer full) */
static char *
hand_words(guint seconds)
{
    if (seconds < 60)
        return g_strdup(_("Hand up"));
    return g_strdup_printf(
        ngettext("Hand up for %u minute", "Hand up for %u minutes", seconds / 60), seconds / 60);
}

/* Who left camera and microphone while on the stage can still be thanked. */
static void
show_stage(Card *card, const CcViewClassroom *classroom)
{
    g_autofree char *call = g_strdup_printf(_("Call on %s"), classroom->name);
    g_autofree char *thank = g_strdup_printf(_("Thank %s"), classroom->name);
    g_autofree char *mute =
        g_strdup_printf(classroom->muted ? _("Let %s be heard") : _("Mute %s"), classroom->name);
    card->muted = classroom->muted;
    gtk_label_set_text(GTK_LABEL(card->place), classroom->muted
                                                   ? _("seen, not heard")
                                                   : _("everybody sees and hears them"));
    cc_widget_button_set_text(card->mute, classroom->muted ? _("Unmute") : _("Mute"));
    cc_widget_set_class(card->mute, "muted", classroom->muted);
    cc_widget_set_name(card->call, call);
    cc_widget_set_name(card->thank, thank);
    cc_widget_set_name(card->mute, mute);
    gtk_widget_set_visible(card->stage, classroom->ready || classroom->on_stage);
    gtk_widget_set_visible(card->place, classroom->on_stage);
    gtk_widget_set_visible(card->call, !classroom->on_stage);
    gtk_widget_set_visible(card->mute, classroom->on_stage);
    gtk_widget_set_visible(card->thank, classroom->on_stage);
}

void
cc_classroom_card_show(GtkWidget *widget, const CcViewClassroom *classroom)
{
    Card *card = g_object_get_data(G_OBJECT(widget), card_key);
    g_autofree char *words = cc_link_words_short(&classroom->link);
    g_autofree char *waiting = hand_words(classroom->hand_s);
    g_autofree char *lower = g_strdup_printf(_("Lower the hand of %s"), classroom->name);
    g_free(card->id);
    card->id = g_strdup(classroom->id);
    gtk_label_set_text(GTK_LABEL(card->name), classroom->name);
    cc_widget_link_chip_show(card->chip, cc_link_colour(CC_CONNECTION_ON, &classroom->link));
    gtk_label_set_text(GTK_LABEL(card->state), words != NULL ? words : _("hears and sees you"));
    gtk_label_set_text(GTK_LABEL(card->waiting), waiting);
    gtk_widget_set_visible(card->hand, classroom->hand);
    cc_widget_set_class(widget, "asking", classroom->hand);
    cc_widget_set_class(widget, "live", classroom->on_stage);
    show_stage(card, classroom);
    cc_widget_set_name(card->lower, lower);
}
