// SPDX-License-Identifier: Apache-2.0
#include "loading/new_files.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include "loading/atlas_sum.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using base::Code;
using base::Error;
using base::Result;
using std::string;
using std::string_view;

constexpr std::size_t shortest_date = 12;  // digits that are a time and no count
constexpr std::uint64_t max_atlas_bytes = std::uint64_t{1} << 30U;

string file_name(string_view name) {
  string made;
  for (const char c : name) {
    const bool is_kept = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                         static_cast<unsigned char>(c) >= 0x80U;
    if (is_kept)
      made += c;
    else if (!made.empty() && made.back() != '_')
      made += '_';
  }
  while (made.ends_with('_')) made.pop_back();
  return made;
}

string formatted(std::chrono::system_clock::time_point when, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

/// The number after one of any length.
string incremented(string digits) {
  for (std::size_t i = digits.size(); i > 0; --i) {
    char& digit = digits[i - 1];
    if (digit != '9') {
      ++digit;
      return digits;
    }
    digit = '0';
  }
  return "1" + digits;
}

class NewNames {
 public:
  NewNames(std::vector<string> names, std::chrono::system_clock::time_point now)
      : names_(std::move(names)), now_(now) {}

  /// The version after those of the folder: a count goes on, a time is that of now.
  [[nodiscard]] string next_version(string_view prefix) const {
    const string last = last_version(prefix);
    const bool is_time = last.empty() || last.size() >= shortest_date;
    if (last.size() == 10) {  // seconds since 1970
      const string seconds = std::to_string(std::chrono::system_clock::to_time_t(now_));
      return is_less_number(last, seconds) ? seconds : incremented(last);
    }
    if (!is_time) return incremented(last);
    auto when = now_;
    string version = time_version(when, last.size());
    while (is_taken(prefix, version)) {
      when += std::chrono::seconds(1);
      version = time_version(when, last.size());
    }
    return version;
  }
  [[nodiscard]] bool has_ending(string_view ending) const {
    return std::ranges::any_of(names_, [&](const string& name) { return name.ends_with(ending); });
  }
  /// The largest version, as written; empty when there is none.
  [[nodiscard]] string last_version(string_view prefix) const {
    string last;
    for (const string& name : names_) {
      const auto version = version_of(name, prefix);
      if (version && (last.empty() || is_less_number(last, version->digits)))
        last = version->digits;
    }
    return last;
  }
  [[nodiscard]] const std::vector<string>& names() const { return names_; }

 private:
  static std::optional<VersionName> version_of(string_view name, string_view prefix) {
    if (!name.starts_with(prefix)) return std::nullopt;
    return version_name(name.substr(prefix.size()), '\0');
  }
  static string time_version(std::chrono::system_clock::time_point when, std::size_t digits) {
    string version = formatted(when, "%Y%m%d%H%M%S");
    if (digits >= shortest_date) version.resize(digits, '0');
    return version;
  }
  [[nodiscard]] bool is_taken(string_view prefix, const string& version) const {
    return std::ranges::any_of(names_, [&](const string& name) {
      const auto other = version_of(name, prefix);
      return other && other->digits == version;
    });
  }

  std::vector<string> names_;
  std::chrono::system_clock::time_point now_;
};

/// V13.1 -> V13.2 where all versions have two parts, else the next whole number.
string next_flyway(const NewNames& names) {
  std::vector<string> last;
  bool are_all_dotted = true;
  string separator = ".";
  for (const string& name : names.names()) {
    const std::size_t end = name.find("__");
    if (!name.starts_with('V') || end == string::npos) continue;
    string version = name.substr(1, end - 1);
    if (version.find('_') != string::npos) separator = "_";
    std::ranges::replace(version, '_', '.');
    std::vector<string> parts;
    for (string_view rest = version; !rest.empty();) {
      parts.emplace_back(rest.substr(0, rest.find('.')));
      rest.remove_prefix(std::min(parts.back().size() + 1, rest.size()));
    }
    are_all_dotted = are_all_dotted && parts.size() > 1;
    if (last.empty() || std::ranges::lexicographical_compare(last, parts, is_less_number))
      last = std::move(parts);
  }
  if (last.empty()) return "1";
  if (!are_all_dotted || last.size() == 1) return names.next_version("V");
  last.back() = incremented(last.back());
  string version = last.front();
  for (const string& part : std::span(last).subspan(1)) version += separator + part;
  return version;
}

std::vector<NewFile> pair_of(const string& stem) {
  return {{.path = stem + ".up.sql", .text = "-- What applies the migration.\n"},
          {.path = stem + ".down.sql", .text = "-- What undoes it.\n"}};
}

string diesel_folder(const NewNames& names, std::chrono::system_clock::time_point now) {
  const bool has_counter = std::ranges::any_of(names.names(), [](const string& name) {
    return name.size() > 22 && name[17] == '-' && name[22] == '_';
  });
  while (true) {
    string version = formatted(now, "%Y-%m-%d-%H%M%S");
    if (has_counter) version += "-0000";
    version += '_';
    const bool is_taken = std::ranges::any_of(
        names.names(), [&](const string& name) { return name.starts_with(version); });
    if (!is_taken) return version;
    now += std::chrono::seconds(1);
  }
}

Result<std::vector<NewFile>> atlas_files(const Source& source, const NewNames& names,
                                         const string& name) {
  std::vector<string> paths;
  for (const string& each : names.names())
    if (each.ends_with(".sql")) paths.push_back(each);
  const string path = names.next_version("") + "_" + name + ".sql";
  const string text = "-- What applies the migration.\n";
  paths.push_back(path);
  std::ranges::sort(paths);
  std::vector<string> texts;
  for (const string& each : paths) {
    if (each == path) {
      texts.push_back(text);
      continue;
    }
    auto read = source.files.read(source.folder / each, max_atlas_bytes);
    if (!read) return std::move(read).error();
    texts.push_back(*std::move(read));
  }
  std::vector<SummedFile> files;
  for (std::size_t i = 0; i < paths.size(); ++i) files.push_back({paths[i], texts[i]});
  return std::vector<NewFile>{{.path = path, .text = text},
                              {.path = "atlas.sum", .text = atlas_sum(files), .is_replaced = true}};
}

std::vector<NewFile> marked(const string& path, string_view up, string_view down) {
  return {{.path = path, .text = string(up) + "\n\n" + string(down) + "\n"}};
}

}  // namespace

Result<std::vector<NewFile>> new_files(const Source& source, Format format, string_view name,
                                       std::chrono::system_clock::time_point now) {
  const string word = file_name(name);
  if (word.empty() || word.size() > 150)
    return Error{.code = Code::usage,
                 .message = "no file name can be made of this name",
                 .hint = "use letters and digits, at most 150"};
  std::vector<string> found;
  if (auto entries = source.files.list(source.folder))
    for (ports::FolderEntry& entry : *entries) found.push_back(std::move(entry.name));
  const NewNames names(std::move(found), now);
  const string stem = names.next_version("") + "_" + word;
  using enum Format;
  switch (format) {
    case dbmate:
      return marked(stem + ".sql", "-- migrate:up", "-- migrate:down");
    case goose:
      return marked(stem + ".sql", "-- +goose Up", "-- +goose Down");
    case sql_migrate:
      return marked(stem + ".sql", "-- +migrate Up", "-- +migrate Down");
    case golang_migrate:
    case pop:
      return pair_of(stem);
    case sqlx:
    case knex:
      if (names.has_ending(".up.sql")) return pair_of(stem);
      [[fallthrough]];
    case plain:
      return std::vector<NewFile>{
          {.path = stem + ".sql", .text = "-- What applies the migration.\n"}};
    case flyway:
    case refinery:
      return std::vector<NewFile>{
          {.path = "V" +
                   (format == flyway                  ? next_flyway(names)
                    : names.last_version("V").empty() ? "1"
                                                      : names.next_version("V")) +
                   "__" + word + ".sql",
           .text = "-- What applies the migration.\n"}};
    case diesel: {
      const string folder = diesel_folder(names, now) + word;
      return std::vector<NewFile>{
          {.path = folder + "/up.sql", .text = "-- What applies the migration.\n"},
          {.path = folder + "/down.sql", .text = "-- What undoes it.\n"}};
    }
    case prisma:
      return std::vector<NewFile>{
          {.path = stem + "/migration.sql", .text = "-- What applies the migration.\n"}};
    case atlas:
      return atlas_files(source, names, word);
    case plan:
    case automatic:
      break;
  }
  auto text = plan_with_new({}, name);
  if (!text) return std::move(text).error();
  return std::vector<NewFile>{{.path = stem + ".yaml", .text = *std::move(text)}};
}

}  // namespace garboard::loading
