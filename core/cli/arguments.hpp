// SPDX-License-Identifier: Apache-2.0
// The command line, taken apart against the table of options. Nothing is interpreted here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"

namespace garboard::cli {

using base::Result;

struct Arguments {
  Command command = Command::help;
  std::vector<std::string> words = {};  ///< what follows the command and is no option
  std::vector<std::pair<const OptionSpec*, std::string>> options =
      {};  ///< in order; a flag is "true"

  [[nodiscard]] bool has(std::string_view option) const noexcept;
};

/// `args` without the program's name. Options may stand before and after the command; they are
/// never abbreviated. Errors are Code::usage and show no value that could be a secret.
Result<Arguments> parse_arguments(std::span<const std::string> args);

}  // namespace garboard::cli
