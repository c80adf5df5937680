#include "sdp-support.h"

const char *const offer_names[] = {"chromium-whep",
                                   "chromium-whip",
                                   "firefox-whep",
                                   "firefox-whip",
                                   "obs-whip",
                                   "gstreamer-whip",
                                   NULL};

char *
load_offer(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".sdp", NULL);
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "unit", "wire", "offers", file, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

CcSdp *
parse_offer(const char *name)
{
    g_autofree char *text = load_offer(name);
    g_autoptr(GError) error = NULL;
    CcSdp *sdp = cc_sdp_parse(text, -1, &error);

    g_assert_no_error(error);
    return sdp;
}

static void
assert_strings_equal(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++)
        g_assert_cmpstr(a->pdata[i], ==, b->pdata[i]);
}

static void
assert_codecs_equal(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        const CcSdpCodec *x = a->pdata[i], *y = b->pdata[i];
        g_assert_cmpuint(x->payload_type, ==, y->payload_type);
        g_assert_cmpstr(x->name, ==, y->name);
        g_assert_cmpuint(x->clock_rate, ==, y->clock_rate);
        g_assert_cmpuint(x->channels, ==, y->channels);
        g_assert_cmpstr(x->fmtp, ==, y->fmtp);
        assert_strings_equal(x->feedback, y->feedback);
    }
}

static void
assert_sources_equal(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        const CcSdpSource *x = a->pdata[i], *y = b->pdata[i];
        g_assert_cmpuint(x->ssrc, ==, y->ssrc);
        g_assert_cmpuint(x->rtx_ssrc, ==, y->rtx_ssrc);
        g_assert_cmpstr(x->cname, ==, y->cname);
    }
}

static void
assert_rids_equal(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        const CcSdpRid *x = a->pdata[i], *y = b->pdata[i];
        g_assert_cmpint(x->direction, ==, y->direction);
        g_assert_cmpstr(x->id, ==, y->id);
        g_assert_cmpstr(x->restrictions, ==, y->restrictions);
    }
}

static void
assert_candidates_equal(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        const CcSdpCandidate *x = a->pdata[i], *y = b->pdata[i];
        g_assert_cmpstr(x->foundation, ==, y->foundation);
        g_assert_cmpuint(x->component, ==, y->component);
        g_assert_cmpstr(x->transport, ==, y->transport);
        g_assert_cmpuint(x->priority, ==, y->priority);
        g_assert_cmpstr(x->address, ==, y->address);
        g_assert_cmpuint(x->port, ==, y->port);
        g_assert_cmpstr(x->type, ==, y->type);
        g_assert_cmpstr(x->tcp_type, ==, y->tcp_type);
    }
}

static void
assert_media_equal(const CcSdpMedia *x, const CcSdpMedia *y)
{
    g_assert_cmpstr(x->media, ==, y->media);
    g_assert_cmpint(x->kind, ==, y->kind);
    g_assert_cmpuint(x->port, ==, y->port);
    g_assert_cmpstr(x->protocol, ==, y->protocol);
    g_assert_cmpstr(x->mid, ==, y->mid);
    g_assert_cmpint(x->direction, ==, y->direction);
    g_assert_cmpint(x->setup, ==, y->setup);
    g_assert_cmpint(x->rtcp_mux, ==, y->rtcp_mux);
    g_assert_cmpint(x->rtcp_reduced_size, ==, y->rtcp_reduced_size);
    g_assert_cmpint(x->bundle_only, ==, y->bundle_only);
    g_assert_cmpint(x->bundled, ==, y->bundled);
    g_assert_cmpstr(x->ice_ufrag, ==, y->ice_ufrag);
    g_assert_cmpstr(x->ice_pwd, ==, y->ice_pwd);
    g_assert_cmpstr(x->fingerprint_hash, ==, y->fingerprint_hash);
    g_assert_cmpstr(x->fingerprint, ==, y->fingerprint);
    g_assert_cmpstr(x->stream_id, ==, y->stream_id);
    g_assert_cmpstr(x->track_id, ==, y->track_id);
    g_assert_cmpint(x->end_of_candidates, ==, y->end_of_candidates);
    assert_strings_equal(x->formats, y->formats);
    assert_rids_equal(x->rids, y->rids);
    for (guint i = 0; i < CC_SDP_N_RID_DIRECTIONS; i++)
        assert_strings_equal(x->simulcast[i], y->simulcast[i]);
    assert_codecs_equal(x->codecs, y->codecs);
    assert_sources_equal(x->sources, y->sources);
    assert_candidates_equal(x->candidates, y->candidates);
    g_assert_cmpuint(x->extensions->len, ==, y->extensions->len);
    for (guint i = 0; i < x->extensions->len; i++) {
        const CcSdpExtension *e = x->extensions->pdata[i], *f = y->extensions->pdata[i];
        g_assert_cmpuint(e->id, ==, f->id);
        g_assert_cmpstr(e->uri, ==, f->uri);
    }
}

void
assert_sdp_equal(const CcSdp *a, const CcSdp *b)
{
    g_assert_cmpuint(a->session_id, ==, b->session_id);
    g_assert_cmpuint(a->session_version, ==, b->session_version);
    g_assert_cmpint(a->ice_lite, ==, b->ice_lite);
    g_assert_cmpint(a->trickle, ==, b->trickle);
    g_assert_cmpuint(a->media->len, ==, b->media->len);
    for (guint i = 0; i < a->media->len; i++)
        assert_media_equal(a->media->pdata[i], b->media->pdata[i]);
}
