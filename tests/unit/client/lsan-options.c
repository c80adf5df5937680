/* For tests that use GStreamer: GLib leaves its first table of quarks behind when theirs make it
 * grow; only the slow unwinder sees where that came from, for tests/support/lsan.supp. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0:malloc_context_size=12";
}
