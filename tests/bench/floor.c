/* The floor under a relay's cost: receives one publisher's datagrams, and encrypts and sends each
 * to every receiver, as fast as this kernel and OpenSSL do it, and nothing else. No sessions, no
 * handshakes, no numbers rewritten but the SSRC, no history, no feedback. Nothing in it would be
 * closed to a real relay. script/bench runs it in turn with the relays; its options are the
 * variants of docs/performance.md.
 *
 *   relay-floor --port PORT --sinks FILE
 *
 * The file has a receiver's UDP port of 127.0.0.1 on each line.
 *
 *   poll → recvmmsg → arrange the turn → for each receiver: header, SSRC, encrypt → sendmmsg
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor-cipher.h"
#include "floor-options.h"

#define TURN 64 /* packets of the publisher taken in one turn */
#define PACKET 1500
#define RTP_HEADER 12
#define MAX_SEGMENTS 64
#define MAX_DATAGRAM 65000
#define ARENA (1 << 20) /* bytes of one batch */
#define BUFFER (4 << 20)

typedef struct {
    guint8 data[PACKET];
    gsize length;
    gsize header;
    gboolean video;
    guint32 roll_over;
} Packet;

/* Packets of one turn that one sendmsg can carry: of one size, the last may be shorter. */
typedef struct {
    guint first, count;
    gsize segment; /* bytes on the wire */
    gsize bytes;
} Group;

typedef struct {
    struct sockaddr_storage address;
    guint32 ssrc[2]; /* audio, video */
    FloorCipher *cipher;
    int fd;
} Receiver;

typedef struct {
    struct iovec iov;
    _Alignas(struct cmsghdr)
        guint8 control[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(guint16))];
} Slot;

/* The publisher's sequence numbers of one stream. */
typedef struct {
    gboolean begun;
    guint16 highest;
    guint32 roll_over;
} Stream;

static int input;
static FloorProfile profile;
static GArray *receivers;
static Packet packets[TURN];
static guint n_packets, order[TURN], n_groups;
static Group groups[TURN];
static struct mmsghdr pending[FLOOR_MAX_BATCH];
static Slot slots[FLOOR_MAX_BATCH];
static guint n_pending;
static guint8 *arena;
static gsize arena_used;
static guint64 n_received, n_sent, n_refused;
static volatile sig_atomic_t ending;

static void
on_signal(int number)
{
    ending = 1;
}

static socklen_t
make_address(struct sockaddr_storage *address, guint16 port)
{
    memset(address, 0, sizeof *address);
    if (floor_options.ipv6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        six->sin6_addr.s6_addr[10] = six->sin6_addr.s6_addr[11] = 0xff;
        guint32 loopback = htonl(INADDR_LOOPBACK);
        memcpy(six->sin6_addr.s6_addr + 12, &loopback, 4);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof *four;
}

static int
open_socket(const struct sockaddr_storage *peer)
{
    struct sockaddr_storage address;
    socklen_t length = make_address(&address, (guint16)floor_options.port);
    int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int on = 1, off = 0, buffer = BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (floor_options.ipv6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    int probe = IP_PMTUDISC_PROBE;
    if (floor_options.never_fragment)
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof probe);
    if (floor_options.no_checksum)
        setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 ||
        (peer && connect(fd, (const struct sockaddr *)peer, length) < 0))
        g_error("no socket on port %d: %s", floor_options.port, g_strerror(errno));
    return fd;
}

/* All have the same keys, which are no secret: a sink may decrypt. Each has its own contexts, as
 * many as a relay has. */
static void
read_receivers(void)
{
    guint8 key[FLOOR_KEY], salt[FLOOR_SALT], auth_key[FLOOR_AUTH_KEY];
    for (guint i = 0; i < FLOOR_AUTH_KEY; i++)
        auth_key[i] = (guint8)(0x20 + i);
    for (guint i = 0; i < FLOOR_KEY; i++)
        key[i] = (guint8)i;
    for (guint i = 0; i < FLOOR_SALT; i++)
        salt[i] = (guint8)(0x10 + i);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(floor_options.sinks, &text, NULL, &error))
        g_error("%s", error->message);
    receivers = g_array_new(FALSE, TRUE, sizeof(Receiver));
    g_auto(GStrv) lines = g_strsplit_set(text, " \n", -1);
    for (guint i = 0; lines[i]; i++) {
        int port = atoi(lines[i]);
        if (port <= 0 || port > G_MAXUINT16)
            continue;
        Receiver receiver = {.ssrc = {0x10000000 + i, 0x20000000 + i}, .fd = -1};
        make_address(&receiver.address, (guint16)port);
        receiver.cipher = floor_cipher_new(profile, key, salt, auth_key);
        if (floor_options.connected)
            receiver.fd = open_socket(&receiver.address);
        g_array_append_val(receivers, receiver);
    }
}

/* The index of a packet's sequence number, RFC 3711 section 3.3.1. */
static guint32
find_roll_over(Stream *stream, guint16 sequence)
{
    if (!stream->begun) {
        stream->begun = TRUE;
        stream->highest = sequence;
    }
    gint16 ahead = (gint16)(sequence - stream->highest);
    if (ahead <= 0)
        return stream->roll_over - (sequence > stream->highest && stream->roll_over > 0);
    stream->roll_over += sequence < stream->highest;
    stream->highest = sequence;
    return stream->roll_over;
}

static gboolean
parse(Packet *packet)
{
    static Stream streams[2];
    const guint8 *data = packet->data;
    if (packet->length < RTP_HEADER || data[0] >> 6 != 2)
        return FALSE;
    packet->header = RTP_HEADER + 4 * (gsize)(data[0] & 15);
    if (data[0] & 0x10) {
        if (packet->length < packet->header + 4)
            return FALSE;
        const guint8 *extension = data + packet->header;
        packet->header += 4 + 4 * (gsize)(extension[2] << 8 | extension[3]);
    }
    packet->video = (data[1] & 127) == 96;
    packet->roll_over = find_roll_over(&streams[packet->video], (guint16)(data[2] << 8 | data[3]));
    return packet->header <= packet->length;
}

static void
receive_turn(void)
{
    static struct mmsghdr messages[TURN];
    static struct iovec iov[TURN];
    for (guint i = 0; i < TURN; i++) {
        iov[i] = (struct iovec){packets[i].data, PACKET - FLOOR_MAX_TRAILER};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    int n = recvmmsg(input, messages, TURN, MSG_DONTWAIT, NULL);
    guint kept = 0;
    for (int i = 0; i < n; i++) {
        packets[i].length = messages[i].msg_len;
        if (parse(&packets[i]))
            order[kept++] = (guint)i;
    }
    n_packets = kept;
    n_received += kept;
}

/* Audio goes behind the video of its turn, so that one message carries both: microseconds later,
 * and each stream keeps its order. */
static void
put_audio_last(void)
{
    guint sorted[TURN], n = 0;
    for (guint pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < n_packets; i++) {
            if (packets[order[i]].video == (pass == 0))
                sorted[n++] = order[i];
        }
    }
    memcpy(order, sorted, n * sizeof *order);
}

static void
arrange_turn(void)
{
    if (!floor_options.arrival_order)
        put_audio_last();
    n_groups = 0;
    gboolean open = FALSE;
    for (guint i = 0; i < n_packets; i++) {
        gsize length = packets[order[i]].length + floor_cipher_trailer(profile);
        Group *group = n_groups > 0 ? &groups[n_groups - 1] : NULL;
        if (open && length <= group->segment && group->count < MAX_SEGMENTS &&
            group->bytes + length <= MAX_DATAGRAM) {
            group->count++;
            group->bytes += length;
        } else {
            group = &groups[n_groups++];
            *group = (Group){.first = i, .count = 1, .segment = length, .bytes = length};
        }
        open = !floor_options.no_gso && length == group->segment;
    }
}

static void
flush(int fd)
{
    guint done = 0;
    while (done < n_pending) {
        int n = sendmmsg(fd, pending + done, n_pending - done, MSG_DONTWAIT);
        if (n > 0) {
            done += (guint)n;
        } else if (errno != EINTR) {
            n_refused++;
            done++;
        }
    }
    n_pending = 0;
    arena_used = 0;
}

static void
add_control(struct msghdr *header, int level, int type, const void *data, gsize length)
{
    struct cmsghdr *c = (struct cmsghdr *)((guint8 *)header->msg_control + header->msg_controllen);
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(c), data, length);
    header->msg_controllen += CMSG_SPACE(length);
}

static void
add_source_address(struct msghdr *header)
{
    if (floor_options.ipv6) {
        struct in6_pktinfo info = {.ipi6_addr.s6_addr = {[10] = 255, 255, 127, 0, 0, 1}};
        add_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    } else {
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK)};
        add_control(header, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
}

static void
commit(Receiver *receiver, const Group *group, guint8 *data)
{
    Slot *slot = &slots[n_pending];
    struct msghdr *header = &pending[n_pending++].msg_hdr;
    slot->iov = (struct iovec){data, group->bytes};
    *header = (struct msghdr){.msg_iov = &slot->iov, .msg_iovlen = 1, .msg_control = slot->control};
    if (!floor_options.connected) {
        header->msg_name = &receiver->address;
        header->msg_namelen =
            floor_options.ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    }
    if (floor_options.source_address)
        add_source_address(header);
    if (group->count > 1) {
        guint16 segment = (guint16)group->segment;
        add_control(header, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment);
    }
    n_sent += group->count;
}

static gsize
write_packet(Receiver *receiver, const Packet *packet, guint8 *out)
{
    guint32 ssrc = GUINT32_TO_BE(receiver->ssrc[packet->video]);
    gsize length = packet->length - packet->header;
    memcpy(out, packet->data, floor_options.copy ? packet->length : packet->header);
    memcpy(out + 8, &ssrc, sizeof ssrc);
    return floor_cipher_protect(receiver->cipher, out, packet->header,
                                floor_options.copy ? out + packet->header
                                                   : packet->data + packet->header,
                                length, packet->roll_over);
}

static void
send_turn(void)
{
    for (guint r = 0; r < receivers->len; r++) {
        Receiver *receiver = &g_array_index(receivers, Receiver, r);
        for (guint g = 0; g < n_groups; g++) {
            const Group *group = &groups[g];
            if (n_pending == (guint)floor_options.batch || arena_used + group->bytes > ARENA)
                flush(floor_options.connected ? receiver->fd : input);
            guint8 *begin = arena + arena_used, *out = begin;
            for (guint i = 0; i < group->count; i++)
                out += write_packet(receiver, &packets[order[group->first + i]], out);
            arena_used += group->bytes;
            commit(receiver, group, begin);
        }
        if (floor_options.connected)
            flush(receiver->fd);
    }
    flush(input);
}

static void
run(void)
{
    struct pollfd poll_fd = {.fd = input, .events = POLLIN};
    while (!ending) {
        if (!floor_options.busy && poll(&poll_fd, 1, -1) <= 0)
            continue;
        if (floor_options.gather_us > 0)
            g_usleep((gulong)floor_options.gather_us);
        receive_turn();
        arrange_turn();
        if (n_packets > 0)
            send_turn();
    }
}

int
main(int argc, char **argv)
{
    floor_options_parse(&argc, &argv);
    profile = g_strcmp0(floor_options.profile, "cm") == 0 ? FLOOR_CM : FLOOR_GCM;

    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    arena = g_malloc(ARENA + FLOOR_MAX_TRAILER);
    input = open_socket(NULL);
    read_receivers();
    g_print("relay-floor: port=%d receivers=%u\n", floor_options.port, receivers->len);
    run();

    g_print("relay-floor: received=%" G_GUINT64_FORMAT " sent=%" G_GUINT64_FORMAT
            " refused=%" G_GUINT64_FORMAT "\n",
            n_received, n_sent, n_refused);
    for (guint i = 0; i < receivers->len; i++)
        floor_cipher_free(g_array_index(receivers, Receiver, i).cipher);
    g_array_unref(receivers);
    g_free(arena);
    return EXIT_SUCCESS;
}
