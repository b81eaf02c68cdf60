// SPDX-License-Identifier: Apache-2.0
// Files: the file system as loading and execution see it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/result.hpp"

namespace garboard::ports {

struct FolderEntry {
  std::string name;
  bool is_folder = false;
};

class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;
  /// The whole file; an error that names the path when it is missing, no regular file, or longer
  /// than max_bytes.
  virtual base::Result<std::string> read(const std::filesystem::path& path,
                                         std::uint64_t max_bytes) = 0;
  /// A regular file as a stream.
  virtual base::Result<std::unique_ptr<base::ByteSource>> open(
      const std::filesystem::path& path) = 0;
  /// What lies in a folder, by name in byte order; names that begin with a dot are left out, and
  /// what is neither file nor folder. Symbolic links are what they point to.
  virtual base::Result<std::vector<FolderEntry>> list(const std::filesystem::path& folder) = 0;
  /// Path of `relative` below `folder`: absolute paths and every `..` that leaves the folder are
  /// refused; symbolic links are followed only while they stay below the folder's real path, which
  /// is how a mounted ConfigMap (`..data`) works.
  virtual base::Result<std::filesystem::path> resolve_beneath(
      const std::filesystem::path& folder, const std::filesystem::path& relative) = 0;
};

}  // namespace garboard::ports
