// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <utility>

#include "base/text.hpp"

namespace garboard::conformance {
namespace {

using Kind = Verdict::Kind;

// TAP's own words, from which its readers know what is no failure
constexpr std::string_view skipped = " # SKIP ";
constexpr std::string_view expected_to_fail = " # TODO ";

/// '#' starts a directive in TAP.
std::string plain(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '#' || c == '\\') plain += '\\';
    plain += c == '\n' ? ' ' : c;
  }
  return plain;
}

std::string seconds(std::chrono::milliseconds time) {
  const std::string millis = std::to_string(time.count() % 1000);
  return std::to_string(time.count() / 1000) + "." + std::string(3 - millis.size(), '0') + millis;
}

}  // namespace

Report::Report(std::ostream& out, std::string plugin, std::size_t checks)
    : out_(out), plugin_(std::move(plugin)) {
  out_ << "TAP version 14\n1.." << checks << "\n" << std::flush;
}

void Report::add(const Check& check, const Verdict& verdict, std::string_view quirk) {
  entries_.push_back({std::string(check.id), verdict, std::string(quirk)});
  const bool is_failed = verdict.kind == Kind::failed;
  out_ << (is_failed ? "not ok " : "ok ") << entries_.size() << " - " << check.id << ": "
       << check.promises;
  if (verdict.kind == Kind::skipped) {
    ++skipped_;
    out_ << skipped << plain(verdict.why);
  } else if (!quirk.empty()) {
    ++quirks_;
    out_ << expected_to_fail << plain(quirk);
  } else {
    ++(is_failed ? failed_ : passed_);
  }
  out_ << "\n";
  if (is_failed) {
    out_ << "# " << verdict.why << "\n";
    std::string_view rest = verdict.output;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      out_ << "#   " << line << "\n";
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
  out_ << std::flush;
}

void Report::end() {
  out_ << "# " << plugin_ << ": " << passed_ << " passed, " << failed_ << " failed, " << quirks_
       << " declared as quirks, " << skipped_ << " skipped\n"
       << std::flush;
}

std::string Report::junit() const {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" +
                     base::xml_escaped(plugin_) + "\" tests=\"" + std::to_string(entries_.size()) +
                     "\" failures=\"" + std::to_string(failed_) + "\" skipped=\"" +
                     std::to_string(skipped_ + quirks_) + "\">\n";
  for (const Entry& entry : entries_) {
    text += "  <testcase classname=\"conformance\" name=\"" + base::xml_escaped(entry.id) +
            "\" time=\"" + seconds(entry.verdict.took) + "\"";
    std::string inside;
    if (entry.verdict.kind == Kind::skipped) {
      inside = "<skipped message=\"" + base::xml_escaped(entry.verdict.why) + "\"/>";
    } else if (!entry.quirk.empty()) {
      inside = "<skipped message=\"" + base::xml_escaped(entry.quirk) + "\"/>";
    } else if (entry.verdict.kind == Kind::failed) {
      inside = "<failure message=\"" + base::xml_escaped(entry.verdict.why) + "\">" +
               base::xml_escaped(entry.verdict.output) + "</failure>";
    }
    text += inside.empty() ? "/>\n" : ">" + inside + "</testcase>\n";
  }
  return text + "</testsuite>\n";
}

}  // namespace garboard::conformance
