/* What other processes cost: their CPU, memory and context switches, and the CPU that they run on.
 *
 * CPU: the kernel's sum_exec_runtime of all threads, also of those that have ended;
 * clock_gettime() gives what /proc/PID/task/N/schedstat gives. Without
 * CONFIG_IRQ_TIME_ACCOUNTING it includes the softirq time that loopback spends in the sender's
 * system calls, where each datagram is put into the receiver's socket: a plain flood of datagrams
 * on one CPU for 6 s had 5.3 s of it, and /proc/stat's user and system columns together 4.7 s,
 * with 1.2 s of softirq beside them. What a busy ksoftirqd thread or an interrupt on another CPU
 * takes over is not in it. core_busy_ns has that too: all time that the CPU was not idle, whoever
 * used it, and what the hypervisor took meanwhile (core_steal_ns), which process_ns leaves out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 wall_ns; /* monotonic */
    gint64 process_ns;
    gint64 core_busy_ns, core_softirq_ns, core_steal_ns; /* of the one CPU of the first process */
    gint64 switches;                                     /* of context, both kinds */
} LoadCpu;

typedef struct {
    gint64 rss_kib, anonymous_kib;
    guint threads;
} LoadMemory;

/* @pids: pid_t. All add up; what has ended adds nothing. */
void load_watch_cpu(const GArray *pids, LoadCpu *cpu);
void load_watch_memory(const GArray *pids, LoadMemory *memory);
/* The CPU that the first process is bound to, -1 if it is not bound to one. */
int load_watch_core(const GArray *pids);

G_END_DECLS
