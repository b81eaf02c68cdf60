// SPDX-License-Identifier: Apache-2.0
#include "loading/placeholders.hpp"

#include <utility>

namespace garboard::loading {

using base::Code;
using base::Error;
using base::TemplateCutter;
using base::TextPlace;

TemplateCheck::TemplateCheck(Style style, Resolve resolve, Problems& problems)
    : style_(style),
      resolve_(std::move(resolve)),
      problems_(problems),
      cutter_({.text = [this](std::string_view text) { see_text(text); },
               .token = [this](const TemplateCutter::Token& token) { see(token); }}) {}

void TemplateCheck::begin(Position position) {
  position_ = std::move(position);
  has_tokens_ = false;
  cutter_.set_place({});
}

void TemplateCheck::begin(std::string file, std::uint32_t first_line) {
  begin([file = std::move(file), first_line](TextPlace place) {
    return base::SourcePosition{file, first_line + place.line - 1, place.column};
  });
}

bool TemplateCheck::end() {
  cutter_.finish();
  return has_tokens_;
}

void TemplateCheck::refuse(TextPlace place, Error error) {
  error.code = Code::bad_input;
  error.where = position_(place);
  const std::uint32_t line = error.where.line;
  problems_.add(line, std::move(error));
}

void TemplateCheck::see(const TemplateCutter::Token& token) {
  using Kind = TemplateCutter::Token::Kind;
  has_tokens_ = true;
  if (token.kind == Kind::unclosed) {
    return refuse(token.where,
                  {.message = "'${' without '}' on its line, expected the name of a placeholder",
                   .hint = style_ == Style::plan ? "a literal '${' is written '$${'" : ""});
  }
  if (token.kind == Kind::escape) {
    if (style_ != Style::plan)
      refuse(token.where, {.message = "'$${' is read differently by different versions of the tool",
                           .hint = "put a space or a line end between the two dollar signs"});
    return;
  }
  if (std::optional<Error> error = resolve_(token.name)) refuse(token.where, *std::move(error));
}

void TemplateCheck::see_text(std::string_view text) {
  if (style_ != Style::goose || !text.starts_with('$')) return;
  TextPlace place = cutter_.place();
  place.column -= static_cast<std::uint32_t>(text.size());
  refuse(place, {.message = "a '$' without '{' where ENVSUB is on",
                 .hint = "write a variable as ${NAME}, and other text with a dollar sign outside "
                         "of '-- +goose ENVSUB ON' and 'OFF'"});
}

}  // namespace garboard::loading
