/* Loaded into xdg-desktop-portal-wlr: where there is no graphics card the compositor offers
 * pictures in shared memory only, and that portal refuses then (its issue 289), although it can do
 * with them. So it is told of the other kind as well, which it never comes to use. No header of
 * Wayland is needed for so little. */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#define XRGB8888 0x34325258 /* of DRM */

struct wl_proxy;
const char *wl_proxy_get_class(struct wl_proxy *proxy);
int wl_proxy_add_listener(struct wl_proxy *proxy, void (**implementation)(void), void *data);

/* Of zwlr_screencopy_frame_v1, version 3. */
struct frame_listener {
    void (*buffer)(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height,
                   uint32_t stride);
    void (*flags)(void *data, void *frame, uint32_t flags);
    void (*ready)(void *data, void *frame, uint32_t high, uint32_t low, uint32_t nanoseconds);
    void (*failed)(void *data, void *frame);
    void (*damage)(void *data, void *frame, uint32_t x, uint32_t y, uint32_t width,
                   uint32_t height);
    void (*linux_dmabuf)(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height);
    void (*buffer_done)(void *data, void *frame);
};

static struct frame_listener inner, outer;
static uint32_t last_width, last_height;
static int told;

static void
on_buffer(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height,
          uint32_t stride)
{
    last_width = width;
    last_height = height;
    told = 0;
    inner.buffer(data, frame, format, width, height, stride);
}

static void
on_linux_dmabuf(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height)
{
    told = 1;
    inner.linux_dmabuf(data, frame, format, width, height);
}

static void
on_buffer_done(void *data, void *frame)
{
    if (!told)
        inner.linux_dmabuf(data, frame, XRGB8888, last_width, last_height);
    inner.buffer_done(data, frame);
}

int
wl_proxy_add_listener(struct wl_proxy *proxy, void (**implementation)(void), void *data)
{
    int (*next)(struct wl_proxy *, void (**)(void), void *);
    *(void **)&next = dlsym(RTLD_NEXT, "wl_proxy_add_listener");
    if (strcmp(wl_proxy_get_class(proxy), "zwlr_screencopy_frame_v1") == 0) {
        inner = outer = *(const struct frame_listener *)implementation;
        outer.buffer = on_buffer;
        outer.linux_dmabuf = on_linux_dmabuf;
        outer.buffer_done = on_buffer_done;
        implementation = (void (**)(void)) & outer;
    }
    return next(proxy, implementation, data);
}
