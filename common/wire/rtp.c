#include "common/wire/rtp.h"

#include <string.h>

#include "common/wire/bytes.h"

#define RTP_VERSION 2
#define EXTENSION_HEADER 4 /* bytes: profile and length in words */
#define PROFILE_ONE_BYTE 0xBEDE
#define PROFILE_TWO_BYTE 0x1000 /* the low four bits are the application's */

/* Reads the extension behind @offset and moves @offset past it. */
static gboolean
parse_extension(const guint8 *packet, gsize length, gsize *offset, CcRtpHeader *header)
{
    if (length - *offset < EXTENSION_HEADER)
        return FALSE;
    header->extension_profile = cc_read_u16(packet + *offset);
    gsize bytes = (gsize)cc_read_u16(packet + *offset + 2) * 4;
    *offset += EXTENSION_HEADER;
    if (length - *offset < bytes)
        return FALSE;
    header->extension = packet + *offset;
    header->extension_length = (guint16)bytes;
    *offset += bytes;
    return TRUE;
}

CcDrop
cc_rtp_parse(const guint8 *packet, gsize length, CcRtpHeader *header)
{
    if (length < CC_RTP_MIN_HEADER || length > CC_RTP_MAX_PACKET || packet[0] >> 6 != RTP_VERSION)
        return CC_DROP_RTP_MALFORMED;

    gboolean has_padding = (packet[0] & 0x20) != 0;
    gboolean has_extension = (packet[0] & 0x10) != 0;
    gsize offset = CC_RTP_MIN_HEADER + (packet[0] & 0x0f) * 4u;
    if (offset > length)
        return CC_DROP_RTP_MALFORMED;

    *header = (CcRtpHeader){
        .marker = (packet[1] & 0x80) != 0,
        .payload_type = packet[1] & 0x7f,
        .sequence = cc_read_u16(packet + 2),
        .timestamp = cc_read_u32(packet + 4),
        .ssrc = cc_read_u32(packet + 8),
    };
    if (has_extension && !parse_extension(packet, length, &offset, header))
        return CC_DROP_RTP_MALFORMED;

    if (has_padding) {
        guint8 padding = packet[length - 1];
        if (padding == 0 || padding > length - offset)
            return CC_DROP_RTP_MALFORMED;
        header->padding_length = padding;
    }
    header->header_length = (guint16)offset;
    header->payload = packet + offset;
    header->payload_length = (guint16)(length - offset - header->padding_length);
    return CC_DROP_NONE;
}

/* RFC 8285 section 4.2: a nibble of id, a nibble of length minus one. */
static const guint8 *
find_one_byte(const guint8 *data, gsize size, guint8 id, guint8 *length)
{
    gsize i = 0;
    while (i < size) {
        guint8 element_id = data[i] >> 4;
        guint8 element_length = (data[i] & 0x0f) + 1;
        if (element_id == 0) { /* padding: the length nibble says nothing */
            i++;
            continue;
        }
        if (element_id == 15 || size - i - 1 < element_length)
            return NULL;
        if (element_id == id) {
            *length = element_length;
            return data + i + 1;
        }
        i += 1u + element_length;
    }
    return NULL;
}

/* RFC 8285 section 4.3: a byte of id, a byte of length. */
static const guint8 *
find_two_byte(const guint8 *data, gsize size, guint8 id, guint8 *length)
{
    gsize i = 0;
    while (i < size) {
        if (data[i] == 0) {
            i++;
            continue;
        }
        if (size - i < 2 || size - i - 2 < data[i + 1])
            return NULL;
        if (data[i] == id) {
            *length = data[i + 1];
            return data + i + 2;
        }
        i += 2u + data[i + 1];
    }
    return NULL;
}

const guint8 *
cc_rtp_find_extension(const CcRtpHeader *header, guint8 id, guint8 *length)
{
    if (id == 0 || header->extension == NULL)
        return NULL;
    if (header->extension_profile == PROFILE_ONE_BYTE)
        return find_one_byte(header->extension, header->extension_length, id, length);
    if ((header->extension_profile & 0xfff0) == PROFILE_TWO_BYTE)
        return find_two_byte(header->extension, header->extension_length, id, length);
    return NULL;
}

/* RFC 8285 section 4.2: one element, if there is an id and a text. */
static guint8 *
write_text(guint8 *p, guint8 id, const char *text, guint8 length)
{
    if (id == 0 || length == 0)
        return p;
    *p++ = (guint8)(id << 4 | (length - 1));
    memcpy(p, text, length);
    return p + length;
}

static gsize
text_size(guint8 id, guint8 length)
{
    return id != 0 && length != 0 ? 1u + length : 0;
}

gsize
cc_rtp_write_header(guint8 *out, gsize capacity, const CcRtpWriteHeader *header)
{
    g_return_val_if_fail(header->mid_id < 15 && header->mid_length <= 16, 0);
    g_return_val_if_fail(header->rid_id < 15 && header->rid_length <= 16, 0);
    g_return_val_if_fail(header->transport_cc_id < 15, 0);

    gboolean has_transport_cc = header->transport_cc_id != 0;
    gsize elements = text_size(header->mid_id, header->mid_length) +
                     text_size(header->rid_id, header->rid_length) + (has_transport_cc ? 3 : 0);
    gsize padded = (elements + 3) & ~(gsize)3;
    gsize total = CC_RTP_MIN_HEADER + (elements > 0 ? EXTENSION_HEADER + padded : 0);
    if (total > capacity)
        return 0;

    out[0] = (guint8)(RTP_VERSION << 6 | (elements > 0 ? 0x10 : 0));
    out[1] = (guint8)((header->marker ? 0x80 : 0) | (header->payload_type & 0x7f));
    cc_write_u16(out + 2, header->sequence);
    cc_write_u32(out + 4, header->timestamp);
    cc_write_u32(out + 8, header->ssrc);
    if (elements == 0)
        return total;

    cc_write_u16(out + 12, PROFILE_ONE_BYTE);
    cc_write_u16(out + 14, (guint16)(padded / 4));
    guint8 *p = out + 16;
    if (has_transport_cc) {
        *p++ = (guint8)(header->transport_cc_id << 4 | 1);
        cc_write_u16(p, header->transport_sequence);
        p += 2;
    }
    p = write_text(p, header->mid_id, header->mid, header->mid_length);
    p = write_text(p, header->rid_id, header->rid, header->rid_length);
    memset(p, 0, padded - elements);
    return total;
}
