// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/plugin_lock.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;

constexpr std::string_view algorithm = "sha256:";

Result<std::string> digest_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  base::Sha256 digest;
  std::array<char, 65536> buffer;
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0)
    digest.update({buffer.data(), static_cast<std::size_t>(in.gcount())});
  if (!in.eof())
    return Error{
        .code = Code::plugin,
        .message = file.string() + " cannot be read: " + std::generic_category().message(errno)};
  return std::string(algorithm) + digest.hex();
}

bool is_digest(const nlohmann::json& value) {
  if (!value.is_string()) return false;
  std::string_view text = value.get_ref<const std::string&>();
  if (!text.starts_with(algorithm)) return false;
  text.remove_prefix(algorithm.size());
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<PluginLock> PluginLock::parse(std::string_view json, std::string shown) {
  const Error wrong{.code = Code::bad_input,
                    .message = shown + " is no list of plugins with their digests",
                    .hint = "write it anew with `garboard plugins lock`",
                    .where = {.file = shown}};
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object() || document.value("version", nlohmann::json()) != 1 ||
      !document.contains("plugins") || !document["plugins"].is_object())
    return wrong;
  PluginLock lock;
  lock.shown_ = std::move(shown);
  for (const auto& [name, digest] : document["plugins"].items()) {
    if (!is_digest(digest)) return wrong;
    lock.digests_.emplace(name, digest.get<std::string>());
  }
  return lock;
}

Result<void> PluginLock::add(const std::filesystem::path& plugin) {
  auto digest = digest_of(plugin);
  if (!digest) return std::move(digest).error();
  digests_.insert_or_assign(plugin.filename().string(), *std::move(digest));
  return {};
}

Result<void> PluginLock::check(const std::filesystem::path& plugin) const {
  const auto refused = [&](const std::string& why) {
    return Error{.code = Code::plugin,
                 .message = plugin.filename().string() + " " + why + " " + shown_,
                 .hint =
                     "install the file that was locked, or look at this one and write the "
                     "list anew with `garboard plugins lock`"};
  };
  // an alias is a link to the file that is listed
  std::error_code failure;
  const std::filesystem::path real = std::filesystem::canonical(plugin, failure);
  if (failure) return refused("cannot be held against");
  const auto found = digests_.find(real.filename().string());
  if (found == digests_.end()) return refused("is not in");
  auto digest = digest_of(real);
  if (!digest) return std::move(digest).error();
  if (*digest != found->second) return refused("is another file than that of");
  return {};
}

std::string PluginLock::json() const {
  nlohmann::ordered_json document = {{"version", 1}, {"plugins", nlohmann::ordered_json::object()}};
  for (const auto& [name, digest] : digests_) document["plugins"][name] = digest;
  return document.dump(2) + "\n";
}

}  // namespace garboard::plugin_host
