// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/discovery.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

namespace garboard::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view driver_prefix = "garboard-driver-";
constexpr std::string_view hook_prefix = "garboard-hook-";
constexpr std::string_view suffix = ".so";
constexpr std::size_t max_name_length = 64;

void add(SearchPath& search, const fs::path& directory, std::string_view source) {
  if (!directory.is_absolute()) {
    search.ignored.push_back("'" + directory.string() + "' in " + std::string(source) +
                             " is not an absolute path and is ignored");
    return;
  }
  fs::path normal = directory.lexically_normal();
  if (!normal.has_filename() && normal.has_relative_path()) normal = normal.parent_path();
  if (std::find(search.directories.begin(), search.directories.end(), normal) ==
      search.directories.end())
    search.directories.push_back(std::move(normal));
}

std::string_view prefix_of(PluginKind kind) {
  return kind == PluginKind::driver ? driver_prefix : hook_prefix;
}

/// The part between prefix and suffix of a plugin's file name.
std::optional<std::string_view> plugin_name(std::string_view file, std::string_view prefix) {
  if (!file.starts_with(prefix) || !file.ends_with(suffix)) return std::nullopt;
  if (file.size() < prefix.size() + suffix.size()) return std::nullopt;
  file.remove_prefix(prefix.size());
  file.remove_suffix(suffix.size());
  if (!is_plugin_name(file)) return std::nullopt;
  return file;
}

bool is_plugin_file_name(std::string_view file) {
  return plugin_name(file, driver_prefix) || plugin_name(file, hook_prefix);
}

std::vector<fs::path> plugin_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (is_plugin_file_name(entry->path().filename().native())) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string what_is_in(const fs::path& directory, PluginKind kind) {
  std::error_code failure;
  const fs::file_status status = fs::status(directory, failure);
  if (!fs::exists(status)) {
    return failure && status.type() != fs::file_type::not_found ? failure.message()
                                                                : "no such directory";
  }
  if (!fs::is_directory(status)) return "not a directory";
  const fs::directory_iterator readable(directory, failure);
  if (failure) return "the directory cannot be read: " + failure.message();
  std::string names;
  for (const fs::path& file : plugin_files(directory)) {
    const fs::path file_name = file.filename();
    const auto name = plugin_name(file_name.native(), prefix_of(kind));
    if (name) names.append(names.empty() ? "" : ", ").append(*name);
  }
  const std::string kind_name(name_of(kind));
  return names.empty() ? "no such file, and no other " + kind_name
                       : "no such file; the " + kind_name + "s there are: " + names;
}

}  // namespace

bool is_plugin_name(std::string_view name) noexcept {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= max_name_length && is_word(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_word(c) || c == '+' || c == '.' || c == '-'; });
}

std::string plugin_file_name(PluginKind kind, std::string_view name) {
  return std::string(prefix_of(kind)).append(name).append(suffix);
}

SearchPath make_search_path(const HostOptions& options) {
  SearchPath search;
  for (const fs::path& directory : options.plugin_dirs) add(search, directory, "--plugin-dir");
  std::string_view rest = options.plugin_path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    if (colon > 0) add(search, rest.substr(0, colon), "GARBOARD_PLUGIN_PATH");
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  if (options.executable.is_absolute())
    add(search, options.executable.parent_path() / "../lib/garboard/plugins", "the executable");
  add(search, "/usr/local/lib/garboard/plugins", {});
  add(search, "/usr/lib/garboard/plugins", {});
  return search;
}

Result<fs::path> find_plugin(const SearchPath& search, PluginKind kind, std::string_view name) {
  const bool is_driver = kind == PluginKind::driver;
  if (!is_plugin_name(name))
    return base::Error{.code = base::Code::bad_input,
                       .message = "'" + std::string(name.substr(0, max_name_length)) +
                                  "' cannot be the name of a " +
                                  (is_driver ? "database driver" : "hook"),
                       .hint = std::string("a ") + (is_driver ? "driver" : "hook") +
                               "'s name is made of a-z, 0-9, '+', '.' and '-'" +
                               (is_driver ? ", as in postgres://user@host/database" : "")};
  const std::string file = plugin_file_name(kind, name);
  std::string tried;
  for (const fs::path& directory : search.directories) {
    fs::path path = directory / file;
    std::error_code failure;
    // a dangling link is there too, and is refused with its own reason
    if (fs::exists(fs::symlink_status(path, failure))) return path;
    tried += "\n  " + path.string() + ": " + what_is_in(directory, kind);
  }
  for (const std::string& sentence : search.ignored) tried += "\n  " + sentence;
  return base::Error{.code = base::Code::plugin,
                     .message = "there is no " + std::string(name_of(kind)) +
                                (is_driver ? " for " : " ") + std::string(name) +
                                "; tried, in this order:" + tried,
                     .hint = "check the spelling of '" + std::string(name) + "', or " +
                             (is_driver ? "use an image that holds this driver, or " : "") +
                             "install " + file + " in one of these directories, or name the " +
                             "directory that holds it with --plugin-dir or GARBOARD_PLUGIN_PATH"};
}

std::vector<fs::path> find_all(const SearchPath& search) {
  std::vector<fs::path> all;
  for (const fs::path& directory : search.directories) {
    for (fs::path& file : plugin_files(directory)) {
      std::error_code failure;
      const fs::path target = fs::read_symlink(file, failure);
      const bool is_alias = !failure && !target.has_parent_path() &&
                            is_plugin_file_name(target.native()) &&
                            fs::exists(directory / target, failure);
      if (!is_alias) all.push_back(std::move(file));
    }
  }
  return all;
}

}  // namespace garboard::plugin_host
