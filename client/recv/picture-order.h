/* Puts a picture's packets in order and hands out whole pictures of which all is there that they
 * refer to. What is missing is waited for, as long as that pays: behind a keyframe that is whole
 * nothing before it is, once that keyframe is due to be seen. What is handed out is numbered anew,
 * without holes, so that nobody behind this waits or asks for what was given up here.
 *
 * Pure: time is an argument. Owned by CcPicture; main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcPictureOrder CcPictureOrder;

typedef struct {
    guint16 sequence;
    guint32 timestamp; /* 90 kHz */
    gboolean keyframe; /* one begins */
    gboolean last;     /* of its picture */
} CcPicturePiece;

/* @free_item: of what cc_picture_order_add() takes. */
CcPictureOrder *cc_picture_order_new(GDestroyNotify free_item);
void cc_picture_order_free(CcPictureOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPictureOrder, cc_picture_order_free)

/* Another stream begins with what comes next; what is there of this one is dropped. */
void cc_picture_order_restart(CcPictureOrder *order);
/* How long a missing packet is waited for; and how long after the link at its best would have
 * brought a picture that is due to be seen. */
void cc_picture_order_set_wait(CcPictureOrder *order, gint64 wait_us, gint64 seen_us);
/* A packet came, @item; it is freed at once if it is a copy or too late. */
void cc_picture_order_add(CcPictureOrder *order, const CcPicturePiece *piece, gpointer item,
                          gint64 now_us);
/* (transfer full) What is to be decoded next, with its new number; NULL: nothing is by now. */
gpointer cc_picture_order_take(CcPictureOrder *order, gint64 now_us, guint16 *sequence);
/* The first number that is still of use. */
guint16 cc_picture_order_next(const CcPictureOrder *order);
/* TRUE once if something came that only a keyframe would help. */
gboolean cc_picture_order_wants_keyframe(CcPictureOrder *order);
/* When cc_picture_order_take() next has something, if nothing comes; G_MAXINT64: never. */
gint64 cc_picture_order_next_us(CcPictureOrder *order);

G_END_DECLS
