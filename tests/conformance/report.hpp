// SPDX-License-Identifier: Apache-2.0
// Results as TAP 14 on standard output while they come, and as JUnit at the end.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "trial.hpp"

namespace garboard::conformance {

class Report {
 public:
  Report(std::ostream& out, std::string plugin, std::size_t checks);
  /// `quirk`: why the profile says that this promise is not kept; empty = it says nothing.
  void add(const Check& check, const Verdict& verdict, std::string_view quirk);
  /// One line for people.
  void end();
  [[nodiscard]] bool is_passed() const noexcept { return failed_ == 0; }
  [[nodiscard]] std::string junit() const;

 private:
  struct Entry {
    std::string id;
    Verdict verdict;
    std::string quirk;
  };
  std::ostream& out_;
  const std::string plugin_;
  std::vector<Entry> entries_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t skipped_ = 0;
  std::size_t quirks_ = 0;
};

}  // namespace garboard::conformance
