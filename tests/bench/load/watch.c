#include "tests/bench/load/watch.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/bench/load/clock.h"

/* The number behind @name in /proc's "Name:   123 kB", 0 if there is none. */
static gint64
find_number(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    return line ? g_ascii_strtoll(line + strlen(name), NULL, 10) : 0;
}

static char *
read_status(pid_t pid, const char *task)
{
    g_autofree char *path = task ? g_strdup_printf("/proc/%d/task/%s/status", pid, task)
                                 : g_strdup_printf("/proc/%d/status", pid);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static gint64
count_switches(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", pid);
    g_autoptr(GDir) tasks = g_dir_open(path, 0, NULL);
    gint64 n = 0;
    for (const char *task; tasks && (task = g_dir_read_name(tasks));) {
        g_autofree char *status = read_status(pid, task);
        n += find_number(status, "\nvoluntary_ctxt_switches:") +
             find_number(status, "\nnonvoluntary_ctxt_switches:");
    }
    return n;
}

int
load_watch_core(const GArray *pids)
{
    cpu_set_t set;
    if (pids->len == 0 || sched_getaffinity(g_array_index(pids, pid_t, 0), sizeof set, &set) != 0 ||
        CPU_COUNT(&set) != 1)
        return -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &set))
            return cpu;
    }
    return -1;
}

/* proc_stat(5). Busy is what is not idle: idle time is measured, the other columns are sampled by
 * ticks. */
static void
read_core(int core, LoadCpu *cpu)
{
    g_autofree char *text = NULL, *name = g_strdup_printf("\ncpu%d ", core);
    if (core < 0 || !g_file_get_contents("/proc/stat", &text, NULL, NULL))
        return;
    const char *line = strstr(text, name);
    uint64_t user, nice, system, idle, wait, irq, softirq, steal;
    if (!line || sscanf(line + strlen(name),
                        "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                        " %" SCNu64 " %" SCNu64,
                        &user, &nice, &system, &idle, &wait, &irq, &softirq, &steal) != 8)
        return;
    gint64 tick_ns = LOAD_NS_PER_SEC / sysconf(_SC_CLK_TCK);
    cpu->core_softirq_ns = (gint64)softirq * tick_ns;
    cpu->core_steal_ns = (gint64)steal * tick_ns;
    cpu->core_busy_ns = cpu->wall_ns - (gint64)(idle + wait) * tick_ns;
}

void
load_watch_cpu(const GArray *pids, LoadCpu *cpu)
{
    *cpu = (LoadCpu){0};
    for (guint i = 0; i < pids->len; i++) {
        pid_t pid = g_array_index(pids, pid_t, i);
        clockid_t clock;
        if (clock_getcpuclockid(pid, &clock) == 0)
            cpu->process_ns += load_clock_ns(clock);
        cpu->switches += count_switches(pid);
    }
    cpu->wall_ns = load_now_ns();
    read_core(load_watch_core(pids), cpu);
}

void
load_watch_memory(const GArray *pids, LoadMemory *memory)
{
    *memory = (LoadMemory){0};
    for (guint i = 0; i < pids->len; i++) {
        g_autofree char *status = read_status(g_array_index(pids, pid_t, i), NULL);
        memory->rss_kib += find_number(status, "\nVmRSS:");
        memory->anonymous_kib += find_number(status, "\nRssAnon:");
        memory->threads += (guint)find_number(status, "\nThreads:");
    }
}
