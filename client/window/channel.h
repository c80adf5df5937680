/* Messages between a program and its window, which is a process of its own: whole datagrams over a
 * socket pair, each a name and a value. Main thread, except cc_channel_send(): any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_CHANNEL_MAX_MESSAGE (192 * 1024)

typedef struct CcChannel CcChannel;

/* @name: NULL once, when the other end has gone; then nothing comes any more. May free the channel.
 */
typedef void (*CcChannelFunc)(const char *name, GVariant *value, gpointer user_data);

/* Takes over @fd, a SOCK_SEQPACKET, and listens in the default main context. */
CcChannel *cc_channel_new(int fd, CcChannelFunc received, gpointer user_data);
void cc_channel_free(CcChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcChannel, cc_channel_free)

/* @value: a floating one is consumed. Never waits; FALSE if the other end does not read, or has
 * gone, and the message is lost. */
gboolean cc_channel_send(CcChannel *channel, const char *name, GVariant *value);
/* Delivers one message, for which it waits up to @timeout_ms. FALSE: none came. */
gboolean cc_channel_wait(CcChannel *channel, int timeout_ms);

G_END_DECLS
