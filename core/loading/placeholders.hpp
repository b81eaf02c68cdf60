// SPDX-License-Identifier: Apache-2.0
// Placeholders while plans and folders are loaded: which names there are, what they stand for, and
// a check of each text that uses them, so that a missing value is known before anything runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/template_text.hpp"
#include "loading/problems.hpp"
#include "model/change.hpp"

namespace garboard::loading {

/// Looks at the text of templates and refuses what has no value.
class TemplateCheck {
 public:
  /// What is wrong with a name, without its place; nullopt when it has a value.
  using Resolve = std::function<std::optional<base::Error>(std::string_view name)>;
  using Position = std::function<base::SourcePosition(base::TextPlace)>;

  enum class Style {
    plan,    ///< `$${` is a literal `${`
    flyway,  ///< has no way to write a literal `${`
    goose,   ///< every `$` begins a name, with braces or without
  };

  TemplateCheck(Style style, Resolve resolve, Problems& problems);
  TemplateCheck(const TemplateCheck&) = delete;
  TemplateCheck& operator=(const TemplateCheck&) = delete;

  /// A text follows; `position` maps its places to those of the author's file.
  void begin(Position position);
  void begin(std::string file, std::uint32_t first_line);
  void feed(std::string_view bytes) { cutter_.feed(bytes); }
  /// The text ends here. True when it has anything that is put in.
  bool end();

 private:
  void see(const base::TemplateCutter::Token& token);
  void see_text(std::string_view text);
  void refuse(base::TextPlace place, base::Error error);

  Style style_;
  Resolve resolve_;
  Problems& problems_;
  Position position_ = {};
  bool has_tokens_ = false;
  base::TemplateCutter cutter_;
};

}  // namespace garboard::loading
