// SPDX-License-Identifier: Apache-2.0
// Settings: every option's value, from flag, environment, configuration file or default, in this
// order; checked once, here, so that the commands can rely on them.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/environment.hpp"
#include "cli/options.hpp"

namespace garboard::cli {

using base::Result;

enum class Origin { fallback, file, environment, flag };

/// A setting as given, and where.
struct Setting {
  std::vector<std::string> values;
  Origin origin = Origin::fallback;
  std::string place = {};  ///< "--lock-wait", "GARBOARD_LOCK_WAIT" or "garboard.yaml:3:1"
};

/// What a configuration file says, by option name; nothing is checked but the keys.
using FileSettings = std::map<std::string, Setting, std::less<>>;

enum class FileTrust {
  named,  ///< by --config or its variable
  found,  ///< in the working directory, which anyone may have written: cannot name code to load
};

/// Reads a flat mapping of option names to scalars or lists of scalars. Errors are Code::bad_input
/// with the position; all of them, in `others`.
Result<FileSettings> read_settings_file(std::string_view text, const std::string& shown_path,
                                        FileTrust trust);

class Settings {
 public:
  /// Values that do not fit their option are refused: Code::usage when given as a flag, else
  /// Code::bad_input. Only options of the command are checked.
  static Result<Settings> make(const Arguments& arguments, const Environment& environment,
                               FileSettings file);

  /// The name must be one of the table.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const;
  [[nodiscard]] bool is_on(std::string_view name) const;
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view name) const;
  /// nullopt when it is not given and has no default.
  [[nodiscard]] std::optional<std::size_t> number(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] double decimal(std::string_view name) const;
  /// Given anywhere, by flag, variable or file.
  [[nodiscard]] bool is_given(std::string_view name) const;
  [[nodiscard]] const Setting& setting(std::string_view name) const;

 private:
  std::map<std::string_view, Setting> settings_;
};

}  // namespace garboard::cli
