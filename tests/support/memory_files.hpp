// SPDX-License-Identifier: Apache-2.0
// MemoryFiles: a file system in a map, for tests that are not about disks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "ports/files.hpp"

namespace garboard::testing_support {

class MemoryFiles final : public ports::Files {
 public:
  MemoryFiles() = default;
  MemoryFiles(std::initializer_list<std::pair<const std::string, std::string>> files)
      : files_(files) {}

  void put(const std::string& path, std::string text) { files_[path] = std::move(text); }
  void remove(const std::string& path) { files_.erase(path); }
  /// The next read and every later one give at most this many bytes.
  void set_chunk(std::size_t bytes) { chunk_ = bytes; }
  /// Called after each opening; for a file that changes under the reader.
  void on_open(std::function<void(const std::string&)> call) { on_open_ = std::move(call); }
  [[nodiscard]] std::size_t opened() const noexcept { return opened_; }
  [[nodiscard]] std::size_t largest_buffer() const noexcept { return largest_buffer_; }

  base::Result<std::string> read(const std::filesystem::path& path,
                                 std::uint64_t max_bytes) override {
    const auto file = files_.find(path.lexically_normal().string());
    if (file == files_.end()) return failure(path, "does not exist");
    if (file->second.size() > max_bytes) return failure(path, "is too long");
    return file->second;
  }

  base::Result<std::unique_ptr<base::ByteSource>> open(const std::filesystem::path& path) override {
    const std::string key = path.lexically_normal().string();
    const auto file = files_.find(key);
    if (file == files_.end()) return failure(path, "does not exist");
    ++opened_;
    std::unique_ptr<base::ByteSource> source = std::make_unique<Source>(*this, file->second);
    if (on_open_) on_open_(key);
    return source;
  }

  base::Result<std::vector<ports::FolderEntry>> list(const std::filesystem::path& folder) override {
    const std::string prefix = folder.lexically_normal().string() + "/";
    std::map<std::string, bool> names;
    for (const auto& [path, text] : files_) {
      if (!path.starts_with(prefix)) continue;
      const std::string rest = path.substr(prefix.size());
      names[rest.substr(0, rest.find('/'))] |= rest.find('/') != std::string::npos;
    }
    if (names.empty()) return failure(folder, "does not exist");
    std::vector<ports::FolderEntry> entries;
    entries.reserve(names.size());
    for (const auto& [name, is_folder] : names) entries.push_back({name, is_folder});
    return entries;
  }

  base::Result<std::filesystem::path> resolve_beneath(
      const std::filesystem::path& folder, const std::filesystem::path& relative) override {
    const std::filesystem::path inner = relative.lexically_normal();
    if (relative.is_absolute() || (!inner.empty() && *inner.begin() == ".."))
      return failure(relative, "leaves the folder '" + folder.string() + "'");
    const std::filesystem::path path = (folder / relative).lexically_normal();
    if (!files_.contains(path.string())) return failure(path, "does not exist");
    const auto link = links_.find(path.string());
    return link == links_.end() ? path : std::filesystem::path(link->second);
  }

  /// What resolve_beneath answers for the path instead of itself.
  void link(const std::string& path, std::string target) { links_[path] = std::move(target); }

 private:
  class Source final : public base::ByteSource {
   public:
    Source(MemoryFiles& owner, std::string text) : owner_(owner), text_(std::move(text)) {}
    base::Result<std::size_t> read(std::span<char> buffer) override {
      owner_.largest_buffer_ = std::max(owner_.largest_buffer_, buffer.size());
      const std::size_t n = std::min({buffer.size(), owner_.chunk_, text_.size() - at_});
      std::copy_n(text_.data() + at_, n, buffer.data());
      at_ += n;
      return n;
    }

   private:
    MemoryFiles& owner_;
    std::string text_;
    std::size_t at_ = 0;
  };

  static base::Error failure(const std::filesystem::path& path, const std::string& what) {
    return base::Error{.code = base::Code::bad_input,
                       .message = "'" + path.string() + "' " + what,
                       .where = {.file = path.string()}};
  }

  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> links_;
  std::function<void(const std::string&)> on_open_;
  std::size_t chunk_ = static_cast<std::size_t>(-1);
  std::size_t opened_ = 0;
  std::size_t largest_buffer_ = 0;
};

}  // namespace garboard::testing_support
