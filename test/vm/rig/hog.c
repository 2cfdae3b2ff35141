/*
 * hog: takes memory in a guest the way a program does, and tells whether it got it and kept it.
 *
 *   hog MIB [--delay-ms N] [--pace-mib-per-s N] [--pattern [--compressible]] [--hold-ms N]
 *
 * Allocates MIB in one malloc, waits --delay-ms, touches every page (at most --pace-mib-per-s, else at full speed),
 * holds it for --hold-ms, frees it and ends; SIGUSR1 ends a wait or a hold early. Without --pattern each page gets one word, so it compresses to almost
 * nothing; with it each page is filled with pseudo-random words, and after the hold every word is checked. With
 * --compressible three quarters of each page repeat one word, so it compresses to a quarter: zswap takes it.
 *
 * Exit code: 0 all went well, 2 wrong usage, 3 malloc refused, 4 the pattern was not what had been written.
 * A hog that the OOM killer took has 137 in the shell's eyes. Each stage prints a line with the seconds since start.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_CORRUPT = 4 };
enum { PAGE_BYTES = 4096, MIB_BYTES = 1024 * 1024 };
enum { WORDS_PER_PAGE = PAGE_BYTES / sizeof(uint64_t), PAGES_PER_MIB = MIB_BYTES / PAGE_BYTES };
enum { COMPRESSIBLE_WORDS = WORDS_PER_PAGE / 4 };

struct options {
    long mib, delay_ms, pace_mib_per_s, hold_ms;
    int pattern, compressible;
};

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void wake(int number) { (void)number; }

/* Sleeps until then, or until a signal that is handled. */
static void sleep_s(double seconds) {
    if (seconds <= 0) return;
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)((seconds - t.tv_sec) * 1e9);
    nanosleep(&t, NULL);
}

static int usage(void) {
    fprintf(stderr, "usage: hog MIB [--delay-ms N] [--pace-mib-per-s N] [--pattern [--compressible]] [--hold-ms N]\n");
    return EXIT_USAGE;
}

/* A whole positive decimal number, or -1. */
static long parse_count(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0' && value >= 0 ? value : -1;
}

static int parse_options(int argc, char **argv, struct options *o) {
    if (argc < 2 || (o->mib = parse_count(argv[1])) <= 0) return 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--pattern") == 0) {
            o->pattern = 1;
            continue;
        }
        if (strcmp(argv[i], "--compressible") == 0) {
            o->compressible = 1;
            continue;
        }
        long *where = strcmp(argv[i], "--delay-ms") == 0         ? &o->delay_ms
                      : strcmp(argv[i], "--pace-mib-per-s") == 0 ? &o->pace_mib_per_s
                      : strcmp(argv[i], "--hold-ms") == 0        ? &o->hold_ms
                                                                 : NULL;
        if (where == NULL || i + 1 == argc || (*where = parse_count(argv[++i])) < 0) return 0;
    }
    return 1;
}

/* The next of a sequence of words that no compressor sees through (xorshift64). */
static uint64_t next_word(uint64_t word) {
    word ^= word << 13;
    word ^= word >> 7;
    return word ^ (word << 17);
}

/* Every page has its own sequence, so that swapped or mixed-up pages show. */
static uint64_t first_word(long page) { return next_word(0x9e3779b97f4a7c15u + (uint64_t)page); }

/* What follows `word` at place `i` of a page. */
static uint64_t word_after(uint64_t word, int i, const struct options *o) {
    return o->compressible && i >= COMPRESSIBLE_WORDS ? word : next_word(word);
}

static void write_page(volatile uint64_t *page, long number, const struct options *o) {
    uint64_t word = first_word(number);
    for (int i = 0; i < (o->pattern ? WORDS_PER_PAGE : 1); i++, word = word_after(word, i, o)) page[i] = word;
}

static int page_is_intact(const volatile uint64_t *page, long number, const struct options *o) {
    uint64_t word = first_word(number);
    for (int i = 0; i < WORDS_PER_PAGE; i++, word = word_after(word, i, o))
        if (page[i] != word) return 0;
    return 1;
}

static void touch_all(volatile uint64_t *memory, const struct options *o) {
    double start = now_s();
    for (long mib = 0; mib < o->mib; mib++) {
        for (long page = mib * PAGES_PER_MIB; page < (mib + 1) * PAGES_PER_MIB; page++)
            write_page(memory + page * WORDS_PER_PAGE, page, o);
        if (o->pace_mib_per_s > 0) sleep_s(start + (double)(mib + 1) / o->pace_mib_per_s - now_s());
    }
}

static long count_corrupt_pages(const volatile uint64_t *memory, const struct options *o) {
    long corrupt = 0;
    for (long page = 0; page < o->mib * PAGES_PER_MIB; page++)
        corrupt += !page_is_intact(memory + page * WORDS_PER_PAGE, page, o);
    return corrupt;
}

int main(int argc, char **argv) {
    struct options o = {0};
    if (!parse_options(argc, argv, &o)) return usage();
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = wake}, NULL);
    double start = now_s();

    uint64_t *memory = malloc((size_t)o.mib * MIB_BYTES);
    printf("hog %.3f malloc of %ld MiB %s\n", now_s() - start, o.mib, memory ? "granted" : "refused");
    if (memory == NULL) return EXIT_REFUSED;

    sleep_s(o.delay_ms / 1e3);
    touch_all(memory, &o);
    printf("hog %.3f touched\n", now_s() - start);

    sleep_s(o.hold_ms / 1e3);
    long corrupt = o.pattern ? count_corrupt_pages(memory, &o) : 0;
    if (o.pattern) printf("hog %.3f checked, %ld corrupt pages\n", now_s() - start, corrupt);
    free(memory);
    printf("hog %.3f freed\n", now_s() - start);
    return corrupt > 0 ? EXIT_CORRUPT : 0;
}
