// SPDX-License-Identifier: Apache-2.0
// What hooks read from their part of the hooks file. What is wrong with it throws Failure, and
// names the key, never the value of a secret.
#pragma once

#include <chrono>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace garboard::hooks {

using Json = nlohmann::json;

/// The object that `text` is; empty text is an empty object.
[[nodiscard]] Json read_config(std::string_view text);
/// Throws Failure naming the first key of `config` that is none of `known`.
void allow_only(const Json& config, std::initializer_list<std::string_view> known);
/// `config[key]` as "300ms", "5s" or "2m", or `otherwise`.
[[nodiscard]] std::chrono::milliseconds duration_of(const Json& config, const std::string& key,
                                                    std::chrono::milliseconds otherwise);
/// The text `config[key]`, or `otherwise`.
[[nodiscard]] std::string text_of(const Json& config, const std::string& key,
                                  const std::string& otherwise = "");
/// `config[key]`, which is true or false, or `otherwise`.
[[nodiscard]] bool flag_of(const Json& config, const std::string& key, bool otherwise);
/// The names in the list `config[key]`, or `otherwise`. `known_json` is a list of what they may be.
[[nodiscard]] std::set<std::string> names_of(const Json& config, const std::string& key,
                                             std::string_view known_json,
                                             std::set<std::string> otherwise);
/// What the variable `config[key + "Env"]` or the file `config[key + "File"]` holds, without white
/// space at its ends; empty when neither key is there. A variable or file that is named and is not
/// there, or is empty, is a Failure.
[[nodiscard]] std::string outside_value(const Json& config, const std::string& key);

}  // namespace garboard::hooks
