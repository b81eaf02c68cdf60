// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <utility>

namespace garboard::conformance {
namespace {

using Kind = Verdict::Kind;

/// '#' starts a directive in TAP.
std::string plain(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '#' || c == '\\') plain += '\\';
    plain += c == '\n' ? ' ' : c;
  }
  return plain;
}

std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
      case '\t':
        escaped += c;
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return escaped;
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
    out_ << " # SKIP " << plain(verdict.why);
  } else if (!quirk.empty()) {
    ++quirks_;
    out_ << " # TODO " << plain(quirk);
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
                     escaped(plugin_) + "\" tests=\"" + std::to_string(entries_.size()) +
                     "\" failures=\"" + std::to_string(failed_) + "\" skipped=\"" +
                     std::to_string(skipped_ + quirks_) + "\">\n";
  for (const Entry& entry : entries_) {
    text += "  <testcase classname=\"conformance\" name=\"" + escaped(entry.id) + "\" time=\"" +
            seconds(entry.verdict.took) + "\"";
    std::string inside;
    if (entry.verdict.kind == Kind::skipped) {
      inside = "<skipped message=\"" + escaped(entry.verdict.why) + "\"/>";
    } else if (!entry.quirk.empty()) {
      inside = "<skipped message=\"" + escaped(entry.quirk) + "\"/>";
    } else if (entry.verdict.kind == Kind::failed) {
      inside = "<failure message=\"" + escaped(entry.verdict.why) + "\">" +
               escaped(entry.verdict.output) + "</failure>";
    }
    text += inside.empty() ? "/>\n" : ">" + inside + "</testcase>\n";
  }
  return text + "</testsuite>\n";
}

}  // namespace garboard::conformance
