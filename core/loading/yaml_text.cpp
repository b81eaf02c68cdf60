// SPDX-License-Identifier: Apache-2.0
#include "loading/yaml_text.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace garboard::loading {

namespace {

using Json = nlohmann::ordered_json;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// No reader takes it for a number, a truth value, nothing, or a part of YAML itself.
bool is_plain(std::string_view text) {
  constexpr std::array<std::string_view, 9> words{"true", "false", "yes", "no", "on",
                                                  "off",  "null",  "y",   "n"};
  if (text.empty() || !(is_letter(text.front()) || text.front() == '/')) return false;
  const auto is_part = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view("_./-").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(text, is_part)) return false;
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return std::ranges::find(words, lowered) == words.end();
}

/// Ends in a line end and holds what stands in a block as it is.
bool is_block(std::string_view text) {
  return text.ends_with('\n') && !text.starts_with(' ') && !text.starts_with('\n') &&
         std::ranges::none_of(text, [](char c) {
           return c != '\n' && (static_cast<unsigned char>(c) < 0x20U || c == '\x7f');
         });
}

void emit_text(YAML::Emitter& out, const std::string& text) {
  if (is_block(text))
    out << YAML::Literal << text;
  else if (is_plain(text))
    out << text;
  else
    out << YAML::DoubleQuoted << text;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as what this program makes itself
void emit(YAML::Emitter& out, const Json& json) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key;
      emit_text(out, key);
      out << YAML::Value;
      emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    const bool is_flat =
        std::ranges::none_of(json, [](const Json& e) { return e.is_structured(); });
    if (is_flat) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& each : json) emit(out, each);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    emit_text(out, json.get_ref<const std::string&>());
  } else {
    out << json.dump();
  }
}

}  // namespace

std::string yaml_text(const Json& json) {
  YAML::Emitter out;
  emit(out, json);
  std::string text(out.c_str(), out.size());
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace garboard::loading
