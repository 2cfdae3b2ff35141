/*
 * The law of SPECIFICATION.md in C, to measure ours against: law FILE ROUNDS
 * FILE holds observations, one a line: totalram committed totalreserve frontswap max_pfn balloon_current.
 * Prints nanoseconds a step and the sum of all targets, which must agree with ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct observation {
    unsigned long totalram, committed, totalreserve, frontswap, max_pfn, balloon_current;
};

struct state {
    unsigned long last_frontswap, inertia;
};

struct decision {
    unsigned long balloon_target;
    long frontswap_target; /* -1: none */
};

struct tunables {
    unsigned long down, up, min_usable_mb, reserved_mb, frontswap_hysteresis, frontswap_inertia;
};

#define MIB(n) ((unsigned long)(n) << 8)

static unsigned long floor_pages(const struct observation *o, const struct tunables *t)
{
    unsigned long useful = o->max_pfn > o->totalreserve ? o->max_pfn - o->totalreserve : 0;
    if (t->min_usable_mb != 0)
        return o->totalreserve + MIB(t->min_usable_mb);
    if (useful < MIB(16))
        return o->max_pfn;
    if (useful < MIB(64))
        return o->totalreserve + MIB(16) + (useful - MIB(16)) / 2;
    if (useful < MIB(512))
        return o->totalreserve + MIB(40) + (useful - MIB(40)) / 8;
    return o->totalreserve + MIB(99) + (useful - MIB(99)) / 32;
}

/* Not inlined: a step is a call, as it is in the program. */
__attribute__((noinline)) static struct decision step(struct state *s, const struct observation *o, const struct tunables *t)
{
    struct decision d = {0, -1};
    unsigned long goal = o->committed + o->totalreserve + MIB(t->reserved_mb) + o->frontswap;
    unsigned long target = o->totalram > goal ? o->totalram - (o->totalram - goal) / t->down
                                              : o->totalram + (goal - o->totalram) / t->up;
    unsigned long least = floor_pages(o, t);
    if (target < least)
        target = least;
    if (target > o->max_pfn)
        target = o->max_pfn;
    d.balloon_target = target + o->balloon_current - o->totalram;
    if (o->frontswap == 0 || o->frontswap > s->last_frontswap) {
        s->inertia = t->frontswap_inertia;
    } else if (s->inertia == 0 || --s->inertia == 0) {
        d.frontswap_target = o->frontswap <= t->frontswap_hysteresis
                                 ? 0
                                 : (long)(o->frontswap - o->frontswap / t->frontswap_hysteresis);
    }
    s->last_frontswap = o->frontswap;
    return d;
}

int main(int argc, char **argv)
{
    struct tunables t = {8, 1, 0, 0, 20, 3};
    struct state s = {0, 0};
    size_t count = 0, room = 1 << 16;
    struct observation *all = malloc(room * sizeof *all);
    FILE *f = argc > 2 ? fopen(argv[1], "r") : NULL;
    if (!f || !all)
        return 2;
    while (count < room && fscanf(f, "%lu %lu %lu %lu %lu %lu", &all[count].totalram, &all[count].committed,
                                  &all[count].totalreserve, &all[count].frontswap, &all[count].max_pfn,
                                  &all[count].balloon_current) == 6)
        count++;
    long rounds = atol(argv[2]);
    double sum = 0;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long round = 0; round < rounds; round++)
        for (size_t i = 0; i < count; i++) {
            struct decision d = step(&s, &all[i], &t);
            sum += d.balloon_target + d.frontswap_target;
        }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec);
    printf("%f %.0f\n", ns / rounds / count, sum);
    return 0;
}
