// SPDX-License-Identifier: Apache-2.0
// Fills steps with what their text says: position, and of a file its path and digest. Files are
// streamed, never held.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "loading/checksum.hpp"
#include "loading/document.hpp"
#include "model/change.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

class TemplateCheck;

struct LoadedStep {
  model::Step step;
  bool is_blank = false;     ///< nothing but white space
  bool is_template = false;  ///< its file has something that is put in
};

class ScriptLoader {
 public:
  /// `folder` is where the plan lies; its files have to lie beneath.
  ScriptLoader(ports::Files& files, std::filesystem::path folder);

  /// The scalar `id` as an inline step. Its text goes into `checksum`, unless that is null.
  [[nodiscard]] static LoadedStep from_text(const Document& document, NodeId id,
                                            Checksum* checksum);
  /// The file that the plan calls `shown`. Errors have a place only when they are about a byte of
  /// that file.
  /// Its text also goes into `templates`, unless that is null.
  base::Result<LoadedStep> from_file(std::string_view shown, Checksum* checksum,
                                     TemplateCheck* templates = nullptr);

 private:
  ports::Files& files_;
  std::filesystem::path folder_;
  std::vector<char> chunk_;
};

}  // namespace garboard::loading
