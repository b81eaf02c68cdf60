// SPDX-License-Identifier: Apache-2.0
// Runs one check in a process of its own, so that whatever the plugin does ends as a Verdict.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "check.hpp"
#include "profile.hpp"

namespace garboard::conformance {

struct Verdict {
  enum class Kind : std::uint8_t { passed, failed, skipped };
  Kind kind = Kind::failed;
  std::string why = {};     ///< one line
  std::string output = {};  ///< what the process wrote besides, for a failed one
  std::chrono::milliseconds took{};
};

/// What every process of a check is given again.
struct Trial {
  std::filesystem::path file;          ///< the plugin; absolute
  std::filesystem::path profile_file;  ///< empty = none
};

/// A crash, an exit, output on stdout, a sanitizer's report and being late are failures.
Verdict try_out(const Check& check, const Trial& trial, std::chrono::seconds timeout);

/// In that process: runs the check, says how it went, and ends the process.
[[noreturn]] void run_here(const Check& check, const std::filesystem::path& file, Profile profile);

/// In that process too, while the plugin is not opened: starts it anew, with a library loaded
/// before all others. Throws Failed when that cannot be.
[[noreturn]] void start_again_with(const std::filesystem::path& library);

}  // namespace garboard::conformance
