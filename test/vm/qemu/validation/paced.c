/*
 * paced: a program whose memory is known at every moment, to compare a real kernel with the simulated one.
 *
 *   paced anon MIB FILL_S PASS_S UNTIL_S     fills MIB of memory of its own in FILL_S seconds, then touches each page once
 *                                            in every PASS_S (0: never again), until UNTIL_S seconds after its start
 *   paced file PATH PASS_S UNTIL_S           reads all of a file once in every PASS_S, 32 KiB at a time, until UNTIL_S
 *
 * The order jumps about and is another in each pass, as the model assumes. Work that is late is
 * not made up for. Prints a line at the start and one at the end of filling, with seconds since its start.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, PAGES_PER_MIB = 256, PIECE_BYTES = 8 * PAGE_BYTES, TURN_MS = 20 };

static double began_s;

static double age_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9 - began_s;
}

/* One of `count`, each once while `nth` goes through them all: steps by a stride that shares no factor with it. */
static long jump(long nth, long pass, long count) {
    long stride = count / 3 + 2 * pass + 1;
    for (;; stride++) {
        long a = stride, b = count;
        while (b != 0) {
            long rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1) return (long)((int64_t)nth * stride % count);
    }
}

/* Calls `touch` for each page once in `seconds`, evenly, and stops at `until_s`. */
static void pass_over(long count, long pass, double seconds, double until_s, void (*touch)(long)) {
    double start = age_s();
    for (long done = 0; done < count && age_s() < until_s;) {
        double share = (age_s() - start) / seconds;
        long due = share >= 1 ? count : (long)(share * count);
        long most = done + count * TURN_MS * 4 / (long)(seconds * 1000) + 1; /* late work is spread, not bunched */
        for (; done < due && done < most; done++) touch(jump(done, pass, count));
        usleep(TURN_MS * 1000);
    }
}

static uint8_t *memory;
static int file;

static void fill(long page) { memset(memory + page * PAGE_BYTES, (int)(page % 251) + 1, PAGE_BYTES / 4); }
static void touch_memory(long page) { ((volatile uint8_t *)memory)[page * PAGE_BYTES]++; }
static void read_piece(long piece) {
    static char buffer[PIECE_BYTES];
    if (pread(file, buffer, PIECE_BYTES, piece * PIECE_BYTES) < 0) perror("pread");
}

static void hold_anon(long mib, double fill_s, double pass_s, double until_s) {
    size_t bytes = (size_t)mib * PAGES_PER_MIB * PAGE_BYTES;
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) exit(3);
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    pass_over(mib * PAGES_PER_MIB, 0, fill_s, until_s, fill);
    printf("filled %.2f\n", age_s());
    for (long pass = 1; pass_s > 0 && age_s() < until_s; pass++)
        pass_over(mib * PAGES_PER_MIB, pass, pass_s, until_s, touch_memory);
    while (age_s() < until_s) usleep(TURN_MS * 1000);
}

static void read_file(const char *path, double pass_s, double until_s) {
    struct stat facts;
    file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &facts) < 0) exit(3);
    posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
    for (long pass = 1; age_s() < until_s; pass++)
        pass_over(facts.st_size / PIECE_BYTES, pass, pass_s, until_s, read_piece);
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    began_s = 0;
    began_s = age_s();
    if (argc == 6 && strcmp(argv[1], "anon") == 0)
        hold_anon(atol(argv[2]), atof(argv[3]), atof(argv[4]), atof(argv[5]));
    else if (argc == 5 && strcmp(argv[1], "file") == 0)
        read_file(argv[2], atof(argv[3]), atof(argv[4]));
    else
        return 2;
    printf("ended %.2f\n", age_s());
    return 0;
}
