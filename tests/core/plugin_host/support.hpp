// SPDX-License-Identifier: Apache-2.0
// The real plugins that the tests load, and a folder to bend copies of them in.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "plugin_host/host.hpp"

namespace garboard::plugin_host {

inline std::filesystem::path plugins() { return GARBOARD_TEST_PLUGINS; }
inline std::filesystem::path plugin(std::string_view name) {
  return plugins() / ("garboard-driver-" + std::string(name) + ".so");
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "garboard-host-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = std::filesystem::canonical(path);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  std::filesystem::path copy_plugin(std::string_view name, const std::filesystem::path& to) const {
    std::filesystem::create_directories((path_ / to).parent_path());
    std::filesystem::copy_file(plugin(name), path_ / to);
    return path_ / to;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A host that looks into one directory first.
inline std::unique_ptr<Host> host_for(const std::filesystem::path& directory) {
  HostOptions options;
  options.plugin_dirs = {directory};
  options.version = "0.1.0";
  return std::make_unique<Host>(std::move(options));
}

}  // namespace garboard::plugin_host
