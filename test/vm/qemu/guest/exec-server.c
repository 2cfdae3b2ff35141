/*
 * exec-server PORT: runs the shell commands that come in through a virtio-serial port, each in a process of its own,
 * several at a time. As the first process of the guest it also reaps what others leave behind.
 *
 * Request: a line "ID LENGTH", then the command, LENGTH bytes. Answer, when the command has ended and closed its
 * standard output: a line "ID EXIT_CODE LENGTH", then that output, LENGTH bytes, the rest beyond 4 MiB dropped.
 * A command that a signal ended has 128 + the signal as exit code. Its standard error goes to the console.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_COMMAND_BYTES = 64 * 1024, MAX_OUTPUT_BYTES = 4 * 1024 * 1024, CANNOT_RUN = 126 };

static void write_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno != EINTR && errno != EAGAIN) return;
        if (written <= 0) {
            usleep(5000);
            continue;
        }
        bytes += written;
        count -= (size_t)written;
    }
}

/* Whole answers only: commands that end at once must not mix theirs. */
static void answer(int port, long id, int exit_code, const char *output, size_t length) {
    char head[64];
    int head_length = snprintf(head, sizeof head, "%ld %d %zu\n", id, exit_code, length);
    int lock = open("/run/exec-server.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    flock(lock, LOCK_EX);
    write_all(port, head, (size_t)head_length);
    write_all(port, output, length);
    close(lock);
}

static void set_oom_score_adj(const char *value) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    write_all(fd, value, strlen(value));
    close(fd);
}

static void run_shell(const char *command, int output) {
    set_oom_score_adj("0");
    setsid();
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(CANNOT_RUN);
}

/* Everything up to the end of the pipe; answers how much of it is kept. */
static size_t read_output(int pipe_end, char *output) {
    static char surplus[4096];
    size_t length = 0;
    for (;;) {
        size_t room = MAX_OUTPUT_BYTES - length;
        ssize_t count = room > 0 ? read(pipe_end, output + length, room) : read(pipe_end, surplus, sizeof surplus);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return length;
        if (room > 0) length += (size_t)count;
    }
}

static int exit_code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void serve(int port, long id, const char *command) {
    int ends[2];
    char *output = malloc(MAX_OUTPUT_BYTES); /* takes memory only as it fills */
    if (output == NULL || pipe2(ends, O_CLOEXEC) != 0) return answer(port, id, CANNOT_RUN, "", 0);
    pid_t shell = fork();
    if (shell < 0) return answer(port, id, CANNOT_RUN, "", 0);
    if (shell == 0) run_shell(command, ends[1]);
    close(ends[1]);
    size_t length = read_output(ends[0], output);
    int status = 0;
    while (waitpid(shell, &status, 0) < 0 && errno == EINTR) continue;
    answer(port, id, exit_code_of(status), output, length);
}

static void reap(int signal) {
    (void)signal;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    errno = saved;
}

/* The port reads as ended while nobody is connected on the other side. */
static void read_exactly(FILE *requests, char *bytes, size_t count) {
    for (size_t got = 0; got < count;) {
        got += fread(bytes + got, 1, count - got, requests);
        if (got == count) return;
        clearerr(requests);
        usleep(20000);
    }
}

static void read_line(FILE *requests, char *line, size_t size) {
    for (size_t i = 0; i + 1 < size; i++) {
        read_exactly(requests, line + i, 1);
        line[i + 1] = '\0';
        if (line[i] == '\n') return;
    }
}

int main(int argc, char **argv) {
    static char line[64], command[MAX_COMMAND_BYTES + 1];
    int port = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    FILE *requests = port < 0 ? NULL : fdopen(port, "r");
    if (requests == NULL) {
        perror("exec-server: PORT");
        return 1;
    }
    mlockall(MCL_CURRENT | MCL_FUTURE);
    struct sigaction on_child = {.sa_handler = reap, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigaction(SIGCHLD, &on_child, NULL);
    for (;;) {
        long id;
        size_t length;
        read_line(requests, line, sizeof line);
        if (sscanf(line, "%ld %zu", &id, &length) != 2 || length > MAX_COMMAND_BYTES) {
            fprintf(stderr, "exec-server: bad request: %s\n", line);
            return 1; /* the kernel panics, and the machine ends: the rig is at fault */
        }
        read_exactly(requests, command, length);
        command[length] = '\0';
        pid_t server = fork();
        if (server == 0) {
            signal(SIGCHLD, SIG_DFL);
            serve(port, id, command);
            _exit(0);
        }
        if (server < 0) answer(port, id, CANNOT_RUN, "", 0);
    }
}
