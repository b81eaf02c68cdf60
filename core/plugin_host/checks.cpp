// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/checks.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <deque>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <garboard/abi.h>

namespace garboard::plugin_host {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Error;

constexpr int max_links = 40;

Error refused(std::string message, std::string hint) {
  return Error{.code = Code::plugin, .message = std::move(message), .hint = std::move(hint)};
}

std::string octal(mode_t mode) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), mode & 07777U, 8).ptr;
  return "0" + std::string(digits.begin(), end);
}

bool is_on_read_only_mount(const fs::path& path) noexcept {
  struct statvfs mount {};
  return ::statvfs(path.c_str(), &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0;
}

/// Others may put files into such a directory, but not replace those of someone else.
bool is_sticky_directory_of_root(const struct stat& status) noexcept {
  return S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0 && status.st_uid == 0;
}

/// Group 0 is root's (and that of arbitrary-uid platforms); a group with the user's own number
/// holds that user only, by the convention of Linux distributions.
bool is_trusted_group(gid_t group, Account account) noexcept {
  return group == 0 || (group == account.group && group == account.user);
}

std::optional<Error> why_writable_by_others(const fs::path& path, const struct stat& status,
                                            Account account) {
  if (status.st_uid != 0 && status.st_uid != account.user)
    return refused(path.string() + " belongs to uid " + std::to_string(status.st_uid) +
                       ", neither to root nor to the user that runs garboard (uid " +
                       std::to_string(account.user) + ")",
                   "chown root " + path.string() + ", or mount it read-only");
  // the mode of a symbolic link says nothing
  if (S_ISLNK(status.st_mode) || is_sticky_directory_of_root(status)) return std::nullopt;
  if ((status.st_mode & S_IWOTH) != 0)
    return refused(path.string() + " can be written by anyone (mode " + octal(status.st_mode) + ")",
                   "chmod o-w " + path.string() + ", or mount it read-only");
  if ((status.st_mode & S_IWGRP) != 0 && !is_trusted_group(status.st_gid, account))
    return refused(path.string() + " can be written by the group " + std::to_string(status.st_gid) +
                       " (mode " + octal(status.st_mode) + ")",
                   "chmod g-w " + path.string() + ", or mount it read-only");
  return std::nullopt;
}

void push_components(std::deque<fs::path>& queue, const fs::path& path) {
  std::deque<fs::path> parts(path.begin(), path.end());
  queue.insert(queue.begin(), parts.begin(), parts.end());
}

bool parse_abi(std::string_view text, unsigned& major, unsigned& minor) noexcept {
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return false;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  return second.ec == std::errc{} && second.ptr == end;
}

std::string own_abi() {
  return std::to_string(GARBOARD_ABI_MAJOR) + "." + std::to_string(GARBOARD_ABI_MINOR);
}

}  // namespace

Result<void> check_ownership(const fs::path& file, Account account) {
  std::deque<fs::path> rest;
  push_components(rest, file);
  fs::path at;
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = std::move(rest.front());
    rest.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      at = at.parent_path();
      continue;
    }
    const fs::path here = at / part;
    struct stat status {};
    if (::lstat(here.c_str(), &status) != 0)
      return refused(here.string() + ": " + std::generic_category().message(errno),
                     "restore the file, or remove the link to it");
    auto problem = why_writable_by_others(here, status, account);
    if (problem && !is_on_read_only_mount(S_ISLNK(status.st_mode) ? at : here))
      return *std::move(problem);
    if (!S_ISLNK(status.st_mode)) {
      at = here;
      continue;
    }
    std::error_code failure;
    const fs::path target = fs::read_symlink(here, failure);
    if (failure || ++links > max_links)
      return refused(here.string() + " is a symbolic link that leads nowhere", "remove it");
    push_components(rest, target);
  }
  return {};
}

Result<void> check_abi(const PluginNote& note) {
  const std::string who = note.name + " " + note.version;
  unsigned major = 0;
  unsigned minor = 0;
  if (!parse_abi(note.abi, major, minor))
    return refused(
        who + " says that its plugin ABI is '" + note.abi + "', which is not of the form 1.0",
        "ask its author for a corrected build");
  if (major != GARBOARD_ABI_MAJOR)
    return refused(
        who + " is built for plugin ABI " + note.abi + ", this garboard speaks " + own_abi(),
        major > GARBOARD_ABI_MAJOR ? "upgrade garboard, or install an older plugin"
                                   : "install a newer build of the plugin");
  if (note.min_host.empty()) return {};
  if (!parse_abi(note.min_host, major, minor))
    return refused(who + " says that it needs plugin ABI '" + note.min_host +
                       "', which is not of the form 1.0",
                   "ask its author for a corrected build");
  if (major != GARBOARD_ABI_MAJOR || minor > GARBOARD_ABI_MINOR)
    return refused(who + " needs a garboard with plugin ABI " + note.min_host +
                       " or newer, this one has " + own_abi(),
                   "upgrade garboard, or install an older plugin");
  return {};
}

Result<void> check_note(const PluginNote& note, PluginKind kind, std::string_view name) {
  const auto has = [](const std::vector<std::string>& names, std::string_view wanted) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
  };
  if (auto abi = check_abi(note); !abi) return abi;
  const std::string kind_name(name_of(kind));
  if (!has(note.kinds, kind_name))
    return refused(note.name + " " + note.version + " is not a " + kind_name,
                   "remove the file, or give it the name that its kind asks for");
  if (note.name == name || (kind == PluginKind::driver && has(note.schemes, name))) return {};
  return refused(
      "it is the " + kind_name + " " + note.name + " and does not serve " + std::string(name),
      "rename the file to garboard-" + kind_name + "-" + note.name + ".so");
}

}  // namespace garboard::plugin_host
