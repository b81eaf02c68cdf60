// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/app.hpp"
#include "cli/output.hpp"
#ifdef GARBOARD_NEGATIVE_CONTROLS
#include <cstdlib>

#include "execution/controls.hpp"
#endif

int main(int argc, char** argv, char** variables) {
  // Memory holds passwords: no core file, and no other process of this user may read it.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{};
  setrlimit(RLIMIT_CORE, &none);
  // A plan's memory grows in large pieces and is never given back: taking each from the kernel
  // anew, and clearing it, would cost more than reading the plan.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
#ifdef GARBOARD_NEGATIVE_CONTROLS
  if (const char* without = std::getenv("GARBOARD_TEST_WITHOUT"))
    garboard::execution::left_out = without;
#endif
  int code = 1;
  try {
    const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
    code = garboard::cli::run_command(args, variables);
  } catch (...) {
    // Its text is not shown: nothing has looked for secrets in it.
    garboard::cli::write_all(STDERR_FILENO, "error: internal error, and no report of it\n");
  }
  _exit(code);
}
