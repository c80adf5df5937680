/* What the files of the SDP reader share. Not for users of sdp.h. */
#pragma once

#include "common/wire/sdp.h"

G_BEGIN_DECLS

#define CC_SDP_MAX_MEDIA 16
#define CC_SDP_MAX_ATTRIBUTES 256 /* of one kind in one section */
#define CC_SDP_MAX_LENGTH (256 * 1024)
#define CC_SDP_N_ATTRIBUTES 22 /* known kinds: the length of the table in sdp-attributes.c */

typedef struct {
    CcSdp *sdp;
    CcSdpMedia *session; /* session-level values, later copied down; owned */
    CcSdpMedia *media;   /* the section being read: session, or one of sdp->media */
    char **bundle;       /* mids of the first a=group:BUNDLE, or NULL; owned */
    gboolean fragment;   /* reading a trickle fragment: no v=, few attributes */
    guint counts[CC_SDP_N_ATTRIBUTES];
} CcSdpReader;

CcSdpMedia *cc_sdp_media_new(void);
void cc_sdp_media_free(CcSdpMedia *media);

/* The shared engine of cc_sdp_parse() and cc_sdp_fragment_parse(). */
CcSdp *cc_sdp_read(const char *text, gssize length, gboolean fragment, GError **error);

/* One attribute, without "a=". Returns NULL, or what is wrong with it (static string). Unknown
 * attributes are fine. */
const char *cc_sdp_read_attribute(CcSdpReader *reader, char *text);

/* Cuts the first word off @rest, which moves on to the next one. "" when nothing is left. */
char *cc_sdp_next_word(char **rest);

/* Simulcast: attributes as in cc_sdp_read_attribute(), behind their colon. */
const char *cc_sdp_read_rid(CcSdpReader *reader, char *value);
const char *cc_sdp_read_simulcast(CcSdpReader *reader, char *value);
void cc_sdp_write_simulcast(GString *out, const CcSdpMedia *media);
void cc_sdp_rid_free(gpointer rid);

/* Credentials and candidates, as offers and fragments both carry them. */
void cc_sdp_write_ice(GString *out, const CcSdpMedia *media);
void cc_sdp_write_candidates(GString *out, const CcSdpMedia *media);
void cc_sdp_write_bundle(GString *out, const CcSdp *sdp);

G_END_DECLS
