/* A source's way into a room: the sending pipeline, its uplink and the lasting connection. What a
 * teacher publishes with, and a classroom that may be called on. Main thread. */
#pragma once

#include "client/connection.h"
#include "client/send/rtp-sender.h"
#include "client/send/uplink.h"

G_BEGIN_DECLS

typedef struct CcPublication CcPublication;

typedef struct {
    void (*state_changed)(CcConnectionState state, const char *message, gpointer user_data);
    /* As the connection's; NULL if that does not matter. */
    void (*room_changed)(const CcRoomState *room, const CcParticipant *own, gpointer user_data);
    /* Whether anybody is to see the pictures has changed; NULL if that does not matter. */
    void (*picture_changed)(gboolean seen, gpointer user_data);
    /* Its camera or microphone is missing, or there again, or to be another one; NULL: likewise. */
    void (*device_changed)(CcDeviceKind kind, gpointer user_data);
    /* What the uplink has for pictures, with headers; NULL if that does not matter. */
    void (*uplink_changed)(gint64 picture_bps, gpointer user_data);
    void (*ended)(gpointer user_data); /* the source has */
    void (*failed)(const GError *error, gpointer user_data);
} CcPublicationCallbacks;

typedef struct {
    const char *relay_url, *room;
    gboolean speak;       /* as a classroom, */
    CcConnection *beside; /* whose events it shares; else NULL */
    const CcConfig *config;
    CcTeacherDisplay *display; /* as in CcRtpSenderIds */
} CcPublicationOptions;

/* @settings is copied; its texts and what is in @options outlive. Errors: as of cc_source_new(),
 * CC_ERROR_USAGE. */
CcPublication *cc_publication_new(const CcSendSettings *settings,
                                  const CcPublicationOptions *options,
                                  const CcPublicationCallbacks *callbacks, gpointer user_data,
                                  GError **error);
void cc_publication_free(CcPublication *publication);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPublication, cc_publication_free)

/* Begins to capture and to connect. */
gboolean cc_publication_start(CcPublication *publication, GError **error);
/* Says goodbye to the relay, then calls @done. */
void cc_publication_stop(CcPublication *publication, GSourceOnceFunc done, gpointer user_data);
/* To be called once a second. @stats: since the last call; nullable. */
void cc_publication_tick(CcPublication *publication, CcUplinkStats *stats);

/* From now on the camera runs only while somebody is to see its pictures. Before the start. */
void cc_publication_set_private(CcPublication *publication);
/* The microphone runs; sound goes out. Both are on from the beginning. */
void cc_publication_set_sound(CcPublication *publication, gboolean captured, gboolean sent);

/* The pictures are about to be wanted: the camera had better run already. */
void cc_publication_expect(CcPublication *publication, gboolean expected);

/* (transfer none) */
CcConnection *cc_publication_connection(CcPublication *publication);
/* See cc_source_get_capture(). */
CcCapture *cc_publication_capture(CcPublication *publication, CcDeviceKind kind);
gboolean cc_publication_has_video(const CcPublication *publication);
gboolean cc_publication_has_audio(const CcPublication *publication);
/* @picture: a layer, or CC_SEND_SCREEN. */
void cc_publication_get_layer(const CcPublication *publication, guint picture,
                              CcLayerStatus *status);

G_END_DECLS
