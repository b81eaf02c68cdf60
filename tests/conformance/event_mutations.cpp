// SPDX-License-Identifier: Apache-2.0
#include "event_mutations.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>

namespace garboard::conformance {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

/// The same numbers on every machine, which no distribution of the standard library promises.
class Dice {
 public:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_()) % limit; }

 private:
  std::mt19937 engine_{20260301};
};

void collect(const json& value, const Pointer& at, std::vector<Pointer>& all) {
  if (!at.empty()) all.push_back(at);
  if (value.is_object())
    for (const auto& [key, part] : value.items()) collect(part, at / key, all);
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, all);
}

json nested(std::size_t depth) {
  json value = 1;
  for (std::size_t i = 0; i < depth; ++i) value = json::array({std::move(value)});
  return value;
}

const std::vector<json>& strange_values() {
  static const std::vector<json> values{nullptr,
                                        true,
                                        -1,
                                        0,
                                        1.5e300,
                                        std::numeric_limits<std::int64_t>::min(),
                                        std::numeric_limits<std::uint64_t>::max(),
                                        "",
                                        "garboard.",
                                        std::string(70'000, 'x'),
                                        std::string("\0\x01\x7f'\"`;--/*$$\\\n", 15),
                                        "CREATE TABLE t (a int); DROP TABLE \"t",
                                        json::array(),
                                        json::array({nullptr}),
                                        json::object(),
                                        json::array({1, "a", json::object()}),
                                        nested(200)};
  return values;
}

std::string with_a_strange_value(json event, Dice& dice) {
  std::vector<Pointer> all;
  collect(event, Pointer{}, all);
  const Pointer& at = all[dice.below(all.size())];
  if (dice.below(4) == 0) {
    json& owner = event.at(at.parent_pointer());
    if (owner.is_object()) owner.erase(at.back());
    if (owner.is_array()) owner.clear();
  } else {
    event.at(at) = strange_values()[dice.below(strange_values().size())];
  }
  return event.dump();
}

std::string with_strange_bytes(const json& event, Dice& dice) {
  std::string text = event.dump();
  const std::size_t at = dice.below(text.size());
  switch (dice.below(4)) {
    case 0:
      text.resize(at);
      break;
    case 1:
      text.erase(at, 1 + dice.below(20));
      break;
    case 2:
      text.insert(at, text.substr(dice.below(text.size()), 1 + dice.below(60)));
      break;
    default:
      for (std::size_t i = 0; i <= dice.below(5); ++i)
        text[dice.below(text.size())] = static_cast<char>(dice.below(256));
  }
  return text;
}

}  // namespace

std::vector<std::string> mutations_of(const json& event, std::size_t count) {
  Dice dice;
  std::vector<std::string> texts{"", "null", "[]", "{}", R"({"type":"garboard.before_run"})"};
  while (texts.size() < count)
    texts.push_back(dice.below(3) == 0 ? with_strange_bytes(event, dice)
                                       : with_a_strange_value(event, dice));
  return texts;
}

}  // namespace garboard::conformance
