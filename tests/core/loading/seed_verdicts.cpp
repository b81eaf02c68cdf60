// SPDX-License-Identifier: Apache-2.0
// Prints for each seed file named on standard input what the decoder says, for seed_agreement.py:
// "ok", or its messages separated by tabs.
#include <array>
#include <filesystem>
#include <iostream>
#include <string>

#include "cli/disk_files.hpp"
#include "loading/load_seeds.hpp"

int main() {
  garboard::cli::DiskFiles files;
  std::string path;
  while (std::getline(std::cin, path)) {
    const std::array paths{std::filesystem::path(path)};
    const auto seeds = garboard::loading::load_seeds(files, paths);
    if (seeds) {
      std::cout << "ok\n";
      continue;
    }
    std::cout << seeds.error().message;
    for (const auto& other : seeds.error().others) std::cout << '\t' << other.message;
    std::cout << '\n';
  }
}
