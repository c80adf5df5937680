/* A lesson of three layers and one who watches: what the tests of layers share. */
#pragma once

#include "media-peer.h"
#include "relay/media/subscription.h"

enum { HIGH, MIDDLE, LOW, N_LAYERS };

#define PICTURE_TICKS 3600u /* 25 a second */
#define PACKETS 2           /* a picture */

typedef struct {
    guint16 sequence;
    guint16 picture_id;
    guint8 tl0picidx;
} Layer;

/* A teacher whose layers have clocks and numbers of their own. */
typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    Layer layers[N_LAYERS];
    guint shrunk;    /* so many times smaller the highest layer is */
    guint32 picture; /* when it was taken, for all layers */
    guint16 voices;
} Lesson;

#define ALL_OF_THEM 7u

extern const char *const simulcast_rids[];

guint32 layer_ssrc(guint layer);
guint32 layer_timestamp(const Lesson *lesson, guint layer);
void lesson_begin(Lesson *lesson);
void lesson_end(Lesson *lesson);
/* The @index-th of a picture's packets: its id tells layer, picture and index. */
void fill_payload(const Lesson *lesson, guint layer, guint index, gboolean keyframe,
                  guint8 payload[40]);
void send_packet(Lesson *lesson, guint layer, guint index, gboolean keyframe);
/* Takes a layer's numbers on to the next picture. */
void next_picture_of(Lesson *lesson, guint layer);
/* One picture in each layer of @layers; bits. @keyframes: in which it is one. */
void send_picture(Lesson *lesson, guint layers, guint keyframes);
void send_pictures(Lesson *lesson, guint n, guint layers);
/* A voice packet overtakes nothing: once it is there, the pictures before it have come, if they
 * ever will. Returns the number of video packets. */
guint packets_after_voice(Lesson *lesson);
const CcRtpHeader *video_packet(const Lesson *lesson, guint index);
guint layer_at(const Lesson *lesson, guint index);
/* Nothing that a receiver could notice: no hole and no repetition in the numbers of packets and
 * pictures, timestamps that go forward. */
void check_stream(const Lesson *lesson);
/* @rank: among the layers, from the smallest. */
void set_target(Lesson *lesson, CcTargetKind kind, guint8 rank, guint still_interval_ms);
/* How often a layer has been asked for a keyframe. */
guint count_pli(const Lesson *lesson, guint layer);
/* Until that has happened once more. */
void wait_pli(Lesson *lesson, guint layer);
/* A lesson at whose beginning the highest layer is watched. Returns how many packets have come. */
guint lesson_begin_high(Lesson *lesson);
