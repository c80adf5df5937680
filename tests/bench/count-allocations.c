/* Preloaded (LD_PRELOAD) into a program that is measured: counts its calls for memory, by the name
 * of the thread that asks. Each SIGUSR2 writes the counts so far to standard error, in one go:
 *
 *   allocations begin
 *   allocations 1234 media 0
 *   allocations end
 *
 * COUNT_ALLOCATIONS_TRACE=NAME: from the first SIGUSR2 on, the callers of that thread's first calls
 * are written too, as addresses for addr2line. */
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MAX_THREADS 64
#define NAME_SIZE 16 /* of a thread, in Linux */
#define MAX_TRACES 40
#define TRACE_DEPTH 12

/* glibc's own, under the names that it keeps for this. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

typedef struct {
    char name[NAME_SIZE];
    atomic_ulong calls;
} ThreadCount;

static ThreadCount threads[MAX_THREADS];
static atomic_uint n_threads;
static atomic_uint n_told, n_traces;
static const char *traced;
static _Thread_local ThreadCount *own;
static _Thread_local unsigned asked; /* for the name, which a new thread does not have at once */
static _Thread_local int tracing;

/* Threads are counted apart, so that no two write to one count; past the last, together. */
static ThreadCount *
own_count(void)
{
    if (!own) {
        unsigned place = atomic_fetch_add(&n_threads, 1);
        own = &threads[place < MAX_THREADS ? place : MAX_THREADS - 1];
    }
    if (asked < 1000 && asked++ % 10 == 0)
        prctl(PR_GET_NAME, own->name);
    return own;
}

static void
trace(void)
{
    void *frames[TRACE_DEPTH];
    tracing = 1;
    if (strcmp(own->name, traced) == 0 && atomic_fetch_add(&n_traces, 1) < MAX_TRACES) {
        int n = backtrace(frames, TRACE_DEPTH);
        backtrace_symbols_fd(frames + 2, n > 2 ? n - 2 : 0, STDERR_FILENO);
        (void)!write(STDERR_FILENO, "--\n", 3);
    }
    tracing = 0;
}

static void
count(void)
{
    if (tracing)
        return;
    atomic_fetch_add_explicit(&own_count()->calls, 1, memory_order_relaxed);
    if (traced && atomic_load(&n_told) > 0)
        trace();
}

void *
malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
    count();
    return __libc_calloc(n, size);
}

void *
realloc(void *memory, size_t size)
{
    count();
    return __libc_realloc(memory, size);
}

void *
memalign(size_t alignment, size_t size)
{
    count();
    return __libc_memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    count();
    return __libc_memalign(alignment, size);
}

int
posix_memalign(void **memory, size_t alignment, size_t size)
{
    count();
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

/* snprintf() with numbers and short strings asks for no memory. */
static void
tell(int signal_number)
{
    static char text[MAX_THREADS * 64];
    size_t used = (size_t)snprintf(text, sizeof text, "allocations begin\n");
    unsigned n = atomic_load(&n_threads);
    int kept = errno;
    for (unsigned i = 0; i < n && i < MAX_THREADS; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "allocations %lu %s\n",
                                 atomic_load(&threads[i].calls), threads[i].name);
    used += (size_t)snprintf(text + used, sizeof text - used, "allocations end\n");
    (void)!write(STDERR_FILENO, text, used);
    atomic_fetch_add(&n_told, 1);
    (void)signal_number;
    errno = kept;
}

__attribute__((constructor)) static void
begin(void)
{
    void *frames[1];
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    backtrace(frames, 1); /* loads what it needs now, and not from inside malloc() */
    traced = getenv("COUNT_ALLOCATIONS_TRACE");
    sigaction(SIGUSR2, &action, NULL);
}
