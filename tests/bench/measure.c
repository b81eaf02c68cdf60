// SPDX-License-Identifier: Apache-2.0
// Runs a command and writes "microseconds peak-kilobytes exit-code" to file descriptor 3. A child
// inherits its parent's peak until exec, so a small program has to start what is measured.
//   measure COMMAND [ARGUMENT...] 3>FILE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
  struct timespec start;
  struct timespec end;
  struct rusage usage;
  pid_t child = 0;
  int status = 0;
  if (argc < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (posix_spawnp(&child, argv[1], NULL, NULL, argv + 1, environ) != 0) return 127;
  wait4(child, &status, 0, &usage);
  clock_gettime(CLOCK_MONOTONIC, &end);
  long long micros = (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000;
  dprintf(3, "%lld %ld %d\n", micros, usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
