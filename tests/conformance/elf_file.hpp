// SPDX-License-Identifier: Apache-2.0
// What an ELF file says of itself, read with libelf.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace garboard::conformance {

struct ElfFacts {
  std::vector<std::string> exported = {};   ///< dynamic symbols that others can bind to
  std::vector<std::string> versions = {};   ///< of symbols that it needs: GLIBC_2.34
  std::vector<std::string> run_paths = {};  ///< of DT_RPATH and DT_RUNPATH, taken apart
  bool is_sanitized = false;                ///< it calls AddressSanitizer
  bool has_text_relocations = false;
  bool has_executable_stack = false;
};

/// Failed when it cannot be read.
ElfFacts read_elf(const std::filesystem::path& file);

}  // namespace garboard::conformance
