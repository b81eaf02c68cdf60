// SPDX-License-Identifier: Apache-2.0
// Prints for each plan file named on standard input what the decoder says, for schema_agreement.py:
// "ok", or its messages separated by tabs.
#include <array>
#include <filesystem>
#include <iostream>
#include <string>

#include "cli/disk_files.hpp"
#include "loading/load.hpp"

int main() {
  garboard::cli::DiskFiles files;
  std::string path;
  while (std::getline(std::cin, path)) {
    const std::array plans{std::filesystem::path(path)};
    const auto changes = garboard::loading::load_plans(files, plans);
    if (changes) {
      std::cout << "ok\n";
      continue;
    }
    std::cout << changes.error().message;
    for (const auto& other : changes.error().others) std::cout << '\t' << other.message;
    std::cout << '\n';
  }
}
