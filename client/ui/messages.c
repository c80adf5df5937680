#include "client/ui/messages.h"

#define MESSAGE(zh, en)                                                                            \
    {                                                                                              \
        zh, en, zh " · " en                                                                        \
    }

static const struct {
    const char *zh, *en, *both;
} messages[] = {
    [CC_CONNECTION_CONNECTING] = MESSAGE("正在连接", "Connecting"),
    [CC_CONNECTION_WAITING] = MESSAGE("正在等待上课", "Waiting for the lesson"),
    [CC_CONNECTION_ON] = {"", "", ""},
    [CC_CONNECTION_LOST] = MESSAGE("网络中断，正在重新连接", "Link lost, reconnecting"),
    [CC_CONNECTION_AWAY] = MESSAGE("老师暂时离开，请稍候", "The teacher is away for a moment"),
    [CC_CONNECTION_OVER] = MESSAGE("已下课", "The lesson is over"),
    [CC_CONNECTION_REFUSED] =
        MESSAGE("无法进入课堂，请联系管理员", "Not admitted, please call your administrator"),
};

const char *
cc_message_for_state(CcConnectionState state)
{
    g_return_val_if_fail((guint)state < G_N_ELEMENTS(messages), "");
    return messages[state].both;
}

const char *
cc_message_for_state_zh(CcConnectionState state)
{
    g_return_val_if_fail((guint)state < G_N_ELEMENTS(messages), "");
    return messages[state].zh;
}

const char *
cc_message_for_state_en(CcConnectionState state)
{
    g_return_val_if_fail((guint)state < G_N_ELEMENTS(messages), "");
    return messages[state].en;
}
