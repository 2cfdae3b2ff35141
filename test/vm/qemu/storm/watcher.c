/*
 * watcher TAIL_MS COMMAND: runs a shell command in a guest and writes down, every 10 ms until TAIL_MS after its end, what
 * memory there is. It runs before all other processes and is never swapped, so that it sees also what they sleep through.
 *
 * Output, after that of the command, in milliseconds since the command began and in KiB:
 *
 *   sample MS MEMTOTAL MEMFREE MEMAVAILABLE      each time that it looked
 *   end MS EXIT_CODE                             when the command ended; 128 + the signal that ended it
 *   count NAME BEFORE AFTER                      of /proc/vmstat; psi_some and psi_full are microseconds
 *
 * Exit code: 0, or 2 for wrong usage.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_MS = 10, MAX_SAMPLES = 120 * 1000 / PERIOD_MS, MAX_TEXT_BYTES = 64 * 1024 };

struct sample {
    int ms;
    long total_kib, free_kib, available_kib;
};

static const char *const COUNTS[] = {"oom_kill", "pswpin", "pswpout", "workingset_refault_file"};
enum { COUNT_COUNT = sizeof COUNTS / sizeof *COUNTS, PSI_SOME = COUNT_COUNT, PSI_FULL, ALL_COUNTS };

static struct sample samples[MAX_SAMPLES];
static char text[MAX_TEXT_BYTES];

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static const char *read_whole(int file) {
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    text[length < 0 ? 0 : length] = '\0';
    return text;
}

/* The number after `name` at a line's start, or after any text; -1 if it is not there. */
static long long number_after(const char *in, const char *name) {
    const char *at = strstr(in, name);
    return at == NULL ? -1 : atoll(at + strlen(name));
}

static void read_counts(int vmstat, int pressure, long long *counts) {
    const char *in = read_whole(vmstat);
    for (int i = 0; i < COUNT_COUNT; i++) {
        char name[64];
        snprintf(name, sizeof name, "\n%s ", COUNTS[i]);
        counts[i] = number_after(in, name);
    }
    in = read_whole(pressure);
    counts[PSI_SOME] = number_after(in, "total=");
    const char *full = strstr(in, "full");
    counts[PSI_FULL] = full == NULL ? -1 : number_after(full, "total=");
}

static void take_sample(int meminfo, int ms, struct sample *to) {
    const char *in = read_whole(meminfo);
    *to = (struct sample){ms, number_after(in, "MemTotal:"), number_after(in, "MemFree:"),
                          number_after(in, "MemAvailable:")};
}

static void run_before_all_others(void) {
    struct sched_param priority = {.sched_priority = 1};
    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (write(file, "-1000", 5) != 5) perror("oom_score_adj");
    close(file);
}

/* The command is an ordinary candidate for the OOM killer. */
static pid_t start(const char *command) {
    pid_t child = fork();
    if (child != 0) return child;
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (write(file, "0", 1) != 1) _exit(126);
    close(file);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(126);
}

static int exit_code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: watcher TAIL_MS COMMAND\n");
        return 2;
    }
    int tail_ms = atoi(argv[1]);
    int meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    int vmstat = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
    int pressure = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);
    long long before[ALL_COUNTS], after[ALL_COUNTS];
    run_before_all_others();
    read_counts(vmstat, pressure, before);

    double began_ms = now_ms();
    pid_t child = start(argv[2]);
    int count = 0, end_ms = -1, status = 0;
    for (; count < MAX_SAMPLES; count++) {
        int ms = (int)(now_ms() - began_ms);
        take_sample(meminfo, ms, &samples[count]);
        if (end_ms < 0 && waitpid(child, &status, WNOHANG) == child) end_ms = ms;
        if (end_ms >= 0 && ms >= end_ms + tail_ms) break;
        usleep(PERIOD_MS * 1000);
    }
    if (end_ms < 0) waitpid(child, &status, 0);
    read_counts(vmstat, pressure, after);

    for (int i = 0; i < count; i++)
        printf("sample %d %ld %ld %ld\n", samples[i].ms, samples[i].total_kib, samples[i].free_kib,
               samples[i].available_kib);
    printf("end %d %d\n", end_ms < 0 ? (int)(now_ms() - began_ms) : end_ms, exit_code_of(status));
    for (int i = 0; i < ALL_COUNTS; i++)
        printf("count %s %lld %lld\n", i < COUNT_COUNT ? COUNTS[i] : i == PSI_SOME ? "psi_some" : "psi_full", before[i],
               after[i]);
    return 0;
}
