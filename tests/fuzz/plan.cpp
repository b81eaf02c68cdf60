// SPDX-License-Identifier: Apache-2.0
// Fuzzes what reads the author's files. The first byte says as what the rest is read.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "loading/load.hpp"
#include "loading/load_seeds.hpp"
#include "support/memory_files.hpp"

namespace garboard {

namespace {

using testing_support::MemoryFiles;

constexpr const char* rows = "id,name\n1,one\n";

void load_as_plan(const std::string& name, std::string text) {
  MemoryFiles files{{"/plan/a.sql", "SELECT 1;"}};
  files.put(name, std::move(text));
  const std::vector<std::filesystem::path> plans{name};
  static_cast<void>(loading::load_plans(files, plans));
}

void load_as_seed(const std::string& name, std::string text) {
  MemoryFiles files{{"/plan/rows.csv", rows}};
  files.put(name, std::move(text));
  const std::vector<std::filesystem::path> seeds{name};
  static_cast<void>(loading::load_seeds(files, seeds));
}

void load_as_folder(const std::string& name, std::string text) {
  MemoryFiles files;
  files.put("/plan/" + name, std::move(text));
  static_cast<void>(loading::load({.files = files, .folder = "/plan"}));
}

}  // namespace

}  // namespace garboard

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace garboard;
  if (size == 0) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (*data) {
    case 'y':
      load_as_plan("/plan/plan.yaml", std::move(text));
      break;
    case 'j':
      load_as_plan("/plan/plan.json", std::move(text));
      break;
    case 's':
      load_as_seed("/plan/seed.yaml", std::move(text));
      break;
    case 'd':
      load_as_folder("20240101000000_one.sql", std::move(text));
      break;
    case 'v':
      load_as_folder("V1__one.sql", std::move(text));
      break;
    case 'a':
      load_as_folder("atlas.sum", std::move(text));
      break;
    default:
      return -1;
  }
  return 0;
}
