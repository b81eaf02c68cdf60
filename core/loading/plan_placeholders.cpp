// SPDX-License-Identifier: Apache-2.0
#include "loading/plan_placeholders.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "loading/fields.hpp"
#include "model/step_position.hpp"

namespace garboard::loading {

namespace {

using base::Code;
using base::Error;
using std::string;
using std::string_view;

constexpr std::array<string_view, 4> keys{"default", "env", "file", "secret"};
constexpr std::size_t max_name = 100;
constexpr std::size_t max_place = 4096;
constexpr std::uint64_t max_value_bytes = 65536;

bool is_name(string_view name) {
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  return !name.empty() && name.size() <= max_name && (is_letter(name.front()) || name[0] == '_') &&
         std::ranges::all_of(
             name, [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

}  // namespace

PlanPlaceholders::PlanPlaceholders(const Source& source, std::filesystem::path folder,
                                   Problems& problems)
    : source_(source),
      folder_(std::move(folder)),
      problems_(problems),
      check_(
          TemplateCheck::Style::plan, [this](string_view name) { return wrong_name(name); },
          problems) {}

void PlanPlaceholders::decode(const Document& document, NodeId id) {
  const TreeNode& mapping = document.at(id);
  if (mapping.kind != NodeKind::mapping)
    return refuse_type(document, id, "placeholders", "a mapping of names", problems_,
                       "as in 'placeholders: {REGION: {env: REGION}}'");
  auto values = std::make_shared<model::Placeholders>();
  for (NodeId key = id + 1; key < mapping.end; key = document.at(document.at(key).end).end)
    decode_one(document, key, document.at(key).end, *values);
  values_ = std::move(values);
}

void PlanPlaceholders::decode_one(const Document& document, NodeId key, NodeId id,
                                  model::Placeholders& values) {
  const TreeNode& name = document.at(key);
  if (!is_name(name.text))
    return problems_.add(document, name.offset,
                         "'" + excerpt(name.text) + "' cannot be the name of a placeholder",
                         "letters, digits and '_', no digit first, at most 100");
  missing_.insert_or_assign(string(name.text), string());
  if (const auto found = declared(document, id)) resolve(document, key, *found, values);
}

std::optional<PlanPlaceholders::Declared> PlanPlaceholders::declared(const Document& document,
                                                                     NodeId id) {
  const Fields fields(document, id, "a placeholder", keys, problems_);
  if (!fields.is_mapping()) return std::nullopt;
  const std::size_t before = problems_.size();
  Declared found;
  if (fields.has("default"))
    if (const auto text = read_string(document, fields.value("default"), "default", problems_))
      found.fallback = string(*text);
  if (fields.has("env"))
    found.variable =
        read_line(document, fields.value("env"), "env", max_place, problems_).value_or("");
  if (fields.has("file"))
    found.file =
        read_line(document, fields.value("file"), "file", max_place, problems_).value_or("");
  if (fields.has("secret"))
    found.is_secret =
        read_bool(document, fields.value("secret"), "secret", problems_).value_or(false);
  if (fields.has("env") && fields.has("file"))
    problems_.add(document, fields.offset(),
                  "the placeholder has both 'env' and 'file', expected one of them");
  if (fields.has("file") && fields.has("default"))
    problems_.add(document, fields.offset(),
                  "the placeholder has both 'file' and 'default', expected one of them");
  if (fields.has("secret") &&
      (fields.has("default") || (!fields.has("env") && !fields.has("file"))))
    problems_.add(document, fields.offset(),
                  "'secret' stands with 'env' or 'file' alone, where nobody else reads the value");
  if (problems_.size() != before || fields.has_unknown()) return std::nullopt;
  return found;
}

void PlanPlaceholders::resolve(const Document& document, NodeId key, const Declared& declared,
                               model::Placeholders& values) {
  const string name(document.at(key).text);
  string& missing = missing_[name];
  std::optional<string> value;
  const auto given = source_.values.find(name);
  if (given != source_.values.end() && declared.is_secret)
    return problems_.add(
        document.at(key).offset,
        Error{.code = Code::usage,
              .message = "--set gives the secret placeholder '" + name +
                         "', and every user of the machine can read a command line",
              .hint = "set " + (declared.variable.empty() ? "its file" : declared.variable),
              .where = document.position(document.at(key).offset)});
  if (given != source_.values.end())
    value = given->second;
  else if (!declared.variable.empty() && source_.environment)
    value = source_.environment(declared.variable);
  if (!value) value = declared.fallback;
  if (!value && !declared.file.empty()) {
    Result<string> text = file_value(declared.file);
    if (text)
      value = *std::move(text);
    else
      missing = std::move(text).error().message;
  }
  if (value) {
    values.insert_or_assign(name, model::Placeholder{*std::move(value), declared.is_secret});
  } else if (!declared.file.empty()) {
    return;
  } else if (!declared.variable.empty()) {
    missing = "the variable '" + declared.variable + "' is not set";
  } else {
    missing = "it has to be given by --set " + name + "=VALUE";
  }
}

Result<string> PlanPlaceholders::file_value(const string& file) const {
  std::filesystem::path path = file;
  if (!path.is_absolute()) {
    auto beneath = source_.files.resolve_beneath(folder_, path);
    if (!beneath) return std::move(beneath).error();
    path = *std::move(beneath);
  }
  auto text = source_.files.read(path, max_value_bytes);
  if (!text) return text;
  if (text->find('\0') != string::npos || base::find_invalid_utf8(*text))
    return Error{.code = Code::bad_input,
                 .message = "the file '" + excerpt(file) + "' holds no text in UTF-8"};
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return text;
}

std::optional<Error> PlanPlaceholders::wrong_name(string_view name) const {
  if (values_->contains(name)) return std::nullopt;
  const auto declared = missing_.find(name);
  if (declared == missing_.end()) {
    std::vector<string_view> known;
    for (const auto& [each, why] : missing_) known.emplace_back(each);
    const string_view near = base::closest_of(name, known);
    return Error{.message = "the plan declares no placeholder '" + excerpt(name) + "'",
                 .hint = near.empty() ? "a literal '${' is written '$${'"
                                      : "did you mean '${" + string(near) + "}'?"};
  }
  if (declared->second.empty()) return std::nullopt;  // its declaration is wrong, which was said
  return Error{.message =
                   "the placeholder '" + string(name) + "' has no value: " + declared->second};
}

void PlanPlaceholders::see(model::Step& step) {
  if (!values_) return;
  check_.begin([&step](base::TextPlace place) {
    return model::position_in_step(step, place.line, place.column);
  });
  check_.feed(step.sql);
  if (check_.end()) step.placeholders = values_;
}

}  // namespace garboard::loading
