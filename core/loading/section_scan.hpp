// SPDX-License-Identifier: Apache-2.0
// Reads a migration file of another tool line by line and cuts it into the sections that go up and
// down. The file is streamed: of a line only the beginning is looked at, so its size is no matter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "loading/checksum.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

class TemplateCheck;

enum class Part : std::uint8_t {
  none,  ///< text of no step, such as markers and what stands before the first
  up,
  down,
};

struct ScannedLine {
  static constexpr std::size_t max_bytes = 512;

  std::string_view text = {};  ///< without its end; the first max_bytes of a longer one
  std::uint32_t number = 0;    ///< from 1
  char last_before = '\0';  ///< last byte of the section's code before this line; '\0' = none yet

  /// Nothing but white space, or a comment of two dashes.
  [[nodiscard]] bool is_code() const noexcept;
  /// What follows the two dashes at the line's very beginning, without white space around it;
  /// nullopt when it does not begin with dashes.
  [[nodiscard]] std::optional<std::string_view> comment() const noexcept;
};

/// What a marker line says of the lines after it; the line itself belongs to no section.
struct Turn {
  Part part = Part::none;
  bool is_template = false;  ///< `${NAME}` is a placeholder
};

struct Section {
  Part part = Part::none;
  bool is_template = false;  ///< and has something that is put in
  std::uint64_t first_byte = 0;
  std::uint64_t end_byte = 0;
  std::uint32_t first_line = 0;
  std::string digest = {};  ///< base::ScriptDigest of its text, hex
  bool is_blank = true;     ///< nothing but white space
};

struct SectionScan {
  std::filesystem::path path = {};  ///< to open
  std::string shown = {};           ///< for messages
  Turn start = {};                  ///< of the first line
  /// Called for each line; nullopt = no marker. May be empty.
  std::function<std::optional<Turn>(const ScannedLine&)> on_line = {};
  Checksum* checksum = nullptr;        ///< gets the text of the sections that go up
  TemplateCheck* templates = nullptr;  ///< gets the text of the sections that are templates
};

/// The sections but those of Part::none, in order; an empty one too. Code::bad_input, placed, for a
/// NUL byte.
base::Result<std::vector<Section>> scan_sections(ports::Files& files, const SectionScan& scan);

}  // namespace garboard::loading
