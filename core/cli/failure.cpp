// SPDX-License-Identifier: Apache-2.0
#include "cli/failure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "cli/error_json.hpp"
#include "cli/output.hpp"

namespace garboard::cli {

void tell_failure(const base::Error& error, Log& log, const std::string& termination_log) {
  log.write(error);
  // Not created: where the file is missing, nobody would read it.
  const int fd =
      open(termination_log.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return;
  const std::string text = short_error_json(error, log.redactor(), max_termination_bytes);
  if (const int failed = write_all(fd, text); failed != 0)
    log.write(LogLevel::warn, "the termination message could not be written");
  close(fd);
}

}  // namespace garboard::cli
