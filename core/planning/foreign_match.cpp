// SPDX-License-Identifier: Apache-2.0
#include "planning/foreign_match.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace garboard::planning {

namespace {

using model::ForeignEntry;
using model::ForeignTool;
using std::string;
using std::string_view;

bool is_number(string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

string_view without_zeros(string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return digits;
}

bool stores_numbers(ForeignTool tool) {
  return tool == ForeignTool::golang_migrate || tool == ForeignTool::goose ||
         tool == ForeignTool::sqlx || tool == ForeignTool::refinery;
}

/// "01.2.0" and "1_2" are one version: 1.2.
string flyway_version(string_view text) {
  std::vector<string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find_first_of("._"), text.size());
    if (!is_number(text.substr(0, end))) return {};
    parts.push_back(without_zeros(text.substr(0, end)));
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  while (parts.size() > 1 && parts.back() == "0") parts.pop_back();
  string version;
  for (const string_view part : parts) version += (version.empty() ? "" : ".") + string(part);
  return version;
}

/// A file name of Knex without what says how it is run.
string stem_of(string_view name) {
  constexpr std::array<string_view, 5> endings{".js", ".ts", ".mjs", ".cjs", ".sql"};
  for (const string_view ending : endings)
    if (name.ends_with(ending)) return string(name.substr(0, name.size() - ending.size()));
  return string(name);
}

/// What an id is compared by; empty when this cannot be one of the tool's.
string key_of(ForeignTool tool, string_view id) {
  if (stores_numbers(tool)) return is_number(id) ? string(without_zeros(id)) : string();
  switch (tool) {
    case ForeignTool::flyway: {
      string version = flyway_version(id);
      return version.empty() && id.starts_with("R__") ? string(id) : version;
    }
    case ForeignTool::knex:
      return stem_of(id);
    case ForeignTool::diesel: {
      string digits(id);
      std::erase(digits, '-');
      return digits;
    }
    default:
      return string(id);
  }
}

/// What an id begins with, when a plan has the tool's file names for ids.
string head_of(ForeignTool tool, string_view id) {
  if (tool == ForeignTool::flyway || tool == ForeignTool::refinery) {
    if (!id.starts_with('V')) return {};
    return key_of(tool, id.substr(1, std::min(id.find("__"), id.size()) - 1));
  }
  if (tool == ForeignTool::knex || tool == ForeignTool::prisma || tool == ForeignTool::liquibase)
    return {};
  const std::size_t end = id.find('_');
  return end == string_view::npos ? string() : key_of(tool, id.substr(0, end));
}

std::strong_ordering compare_numbers(string_view a, string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::strong_ordering compare_versions(ForeignTool tool, string_view a, string_view b) {
  if (stores_numbers(tool)) return compare_numbers(a, b);
  if (tool != ForeignTool::flyway) return a <=> b;
  while (!a.empty() && !b.empty()) {
    const string_view one = a.substr(0, a.find('.'));
    const string_view other = b.substr(0, b.find('.'));
    if (const auto order = compare_numbers(one, other); order != 0) return order;
    a.remove_prefix(std::min(one.size() + 1, a.size()));
    b.remove_prefix(std::min(other.size() + 1, b.size()));
  }
  return a.size() <=> b.size();
}

}  // namespace

ForeignMatch::ForeignMatch(ForeignTool tool, std::span<const model::PlanItem> items)
    : tool_(tool), items_(items) {
  const auto put = [](auto& map, string key, std::size_t i) {
    if (key.empty()) return;
    const auto [place, is_new] = map.try_emplace(std::move(key), i);
    if (!is_new) place->second.reset();
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    put(by_id_, key_of(tool, items[i].change->id), i);
    put(by_head_, head_of(tool, items[i].change->id), i);
  }
}

std::optional<std::size_t> ForeignMatch::find(const ForeignEntry& entry) const {
  const auto look = [&](const auto& map, const string& id) -> std::optional<std::size_t> {
    const auto found = map.find(key_of(tool_, id));
    return found == map.end() ? std::nullopt : found->second;
  };
  if (const auto item = look(by_id_, entry.id)) return item;
  for (const string& alias : entry.aliases)
    if (const auto item = look(by_id_, alias)) return item;
  return entry.is_repeatable ? std::nullopt : look(by_head_, entry.id);
}

std::optional<bool> ForeignMatch::is_up_to(std::size_t item, const ForeignEntry& entry) const {
  const string& id = items_[item].change->id;
  const string version = key_of(tool_, entry.id);
  const bool is_versioned = stores_numbers(tool_) || tool_ == ForeignTool::flyway;
  string own = is_versioned ? key_of(tool_, id) : head_of(tool_, id);
  if (own.empty()) own = is_versioned ? head_of(tool_, id) : key_of(tool_, id);
  if (own.empty() || version.empty()) return std::nullopt;
  return compare_versions(tool_, own, version) <= 0;
}

}  // namespace garboard::planning
