// SPDX-License-Identifier: Apache-2.0
#include "exposition.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include <garboard/plugin.hpp>

namespace garboard::metrics {
namespace {

std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char byte : text) {
    if (byte == '\n') {
      escaped += "\\n";
    } else {
      if (byte == '\\' || byte == '"') escaped += '\\';
      escaped += byte;
    }
  }
  return escaped;
}

std::string series(const std::string& name, const Labels& labels) {
  std::string text = name;
  for (const auto& [key, value] : labels)
    text += (text.size() == name.size() ? "{" : ",") + key + "=\"" + escaped(value) + "\"";
  return labels.empty() ? text : text + "}";
}

/// Without an exponent, and with no more digits than there are milliseconds.
std::string number(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  std::string_view digits(text.data());
  digits = digits.substr(0, digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.remove_suffix(1);
  return std::string(digits);
}

std::string header(const Gauge& gauge) {
  return "# HELP " + gauge.name + " " + gauge.help + "\n# TYPE " + gauge.name + " gauge\n";
}

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw sdk::Failure(GBD_E_INTERNAL, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

void write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = write(file, text.data(), text.size());
    if (n < 0 && errno != EINTR) fail("write", path);
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

std::string exposition(const std::vector<Gauge>& gauges) {
  std::string text;
  for (const Gauge& gauge : gauges) {
    text += header(gauge);
    for (const Sample& sample : gauge.samples)
      text += series(gauge.name, sample.labels) + " " + number(sample.value) + "\n";
  }
  return text;
}

std::string with_last_success(const std::vector<Gauge>& gauges, std::string_view before) {
  const bool has_own = std::any_of(gauges.begin(), gauges.end(), [](const Gauge& gauge) {
    return gauge.name == last_success_name;
  });
  std::string text = exposition(gauges);
  if (has_own || gauges.empty()) return text;
  const std::string begin = series(last_success_name, gauges.front().samples.at(0).labels) + " ";
  while (!before.empty()) {
    const std::string_view line = before.substr(0, before.find('\n'));
    before.remove_prefix(std::min(before.size(), line.size() + 1));
    if (line.substr(0, begin.size()) != begin) continue;
    Figures succeeded;
    succeeded.is_success = true;
    for (Gauge& gauge : gauges_of(succeeded, {}))
      if (gauge.name == last_success_name) text += header(gauge);
    return text + std::string(line) + "\n";
  }
  return text;
}

void replace_file(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";  // the collector reads *.prom only
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) fail("make a file beside", path);
  try {
    write_all(file, text, temporary);
    if (fchmod(file, 0644) != 0) fail("change the mode of", temporary);
    if (rename(temporary.c_str(), path.c_str()) != 0) fail("replace", path);
  } catch (...) {
    close(file);
    unlink(temporary.c_str());
    throw;
  }
  close(file);
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace garboard::metrics
