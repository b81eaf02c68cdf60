// SPDX-License-Identifier: Apache-2.0
// DiskFiles: the real file system behind ports::Files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ports/files.hpp"

namespace garboard::cli {

/// Opens regular files only and never waits for a pipe. Nothing is cached between calls, except
/// that resolve_beneath gives real paths: a ConfigMap that is replaced later does not mix two
/// versions.
class DiskFiles final : public ports::Files {
 public:
  base::Result<std::string> read(const std::filesystem::path& path,
                                 std::uint64_t max_bytes) override;
  base::Result<std::unique_ptr<base::ByteSource>> open(const std::filesystem::path& path) override;
  base::Result<std::vector<ports::FolderEntry>> list(const std::filesystem::path& folder) override;
  base::Result<std::filesystem::path> resolve_beneath(
      const std::filesystem::path& folder, const std::filesystem::path& relative) override;
};

}  // namespace garboard::cli
