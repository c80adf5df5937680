/* An RTP packet: what is accepted lies inside it, and so does every header extension. */
#include "common/wire/rtp.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    CcRtpHeader header;

    cc_rtp_is_rtcp(data, size);
    if (cc_rtp_parse(data, size, &header) != CC_DROP_NONE)
        return 0;
    g_assert_cmpuint(header.header_length + header.payload_length + header.padding_length, ==,
                     size);
    for (guint id = 0; id < 256; id++) {
        guint8 length = 0;
        const guint8 *element = cc_rtp_find_extension(&header, (guint8)id, &length);

        if (element == NULL)
            continue;
        g_assert_true(element >= header.extension);
        g_assert_true(element + length <= header.extension + header.extension_length);
    }
    return 0;
}
