#include "tests/weak-link/tally.h"

#include <string.h>

static LinkVerdict
verdict(LinkFate fate, gint64 queue_us)
{
    return (LinkVerdict){.fate = fate, .queue_us = queue_us, .copies = fate == LINK_FATE_DELIVERED};
}

static void
add(Tally *tally, gboolean is_udp, guint16 port, gsize bytes, LinkVerdict fate)
{
    PacketFacts facts = {.kind = is_udp ? PACKET_RTP : PACKET_TCP,
                         .is_udp = is_udp,
                         .port = port,
                         .payload_type = is_udp ? 96 : 0,
                         .header_bytes = 40};
    tally_add(tally, &facts, bytes, &fate);
}

static char *
written(Tally *tally)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    tally_write(tally, file, 7, 5, 300000);
    fclose(file);
    return text;
}

static void
assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("no %s in %s", part, text);
}

/* What is lost has passed the bottleneck; what was turned away has not. */
static void
test_one_line(void)
{
    Tally tally;
    tally_init(&tally, "down");
    add(&tally, TRUE, 1000, 100, verdict(LINK_FATE_DELIVERED, 0));
    add(&tally, TRUE, 1000, 200, verdict(LINK_FATE_DELIVERED, 12000));
    add(&tally, TRUE, 1000, 400, verdict(LINK_FATE_LOST, 4000));
    add(&tally, FALSE, 80, 800, verdict(LINK_FATE_DELIVERED, 14999));
    add(&tally, FALSE, 80, 1600, verdict(LINK_FATE_QUEUE, 300001));
    tally_left(&tally, TALLY_LATE_US);
    tally_left(&tally, TALLY_LATE_US + 1);
    g_autofree char *line = written(&tally);
    assert_has(line, "\"passed_bytes\":1500,");
    assert_has(line, "\"late\":1,");
    assert_has(line, "\"udp-1000\":300");
    assert_has(line, "\"tcp-80\":800");
    assert_has(line, "\"waits_ms\":[[0,2],[10,2]]");
    assert_has(line, "\"rtp-96\":[3,700,2,300,80]");
    g_autofree char *next = written(&tally);
    assert_has(next, "\"passed_bytes\":0,\"late\":0,");
    assert_has(next, "\"flows\":{},\"waits_ms\":[]");
    tally_clear(&tally);
}

/* Where a packet goes to is in its own header. */
static void
test_port(void)
{
    guint8 packet[40] = {[0] = 0x45, [9] = 17, [20] = 0x11, [21] = 0x22, [22] = 0x33, [23] = 0x44};
    g_assert_cmpuint(packet_look(packet, sizeof packet).port, ==, 0x3344);
    packet[9] = 6;
    g_assert_cmpuint(packet_look(packet, sizeof packet).port, ==, 0x3344);
    packet[9] = 1;
    g_assert_cmpuint(packet_look(packet, sizeof packet).port, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/weak-link/tally/line", test_one_line);
    g_test_add_func("/weak-link/tally/port", test_port);
    return g_test_run();
}
