// SPDX-License-Identifier: Apache-2.0
#include "loading/targets_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "loading/decoded_file.hpp"
#include "loading/document.hpp"
#include "loading/fields.hpp"
#include "loading/problems.hpp"

namespace garboard::loading {

namespace {

using model::SchemaSource;
using model::TargetEntry;
using model::UrlSource;
using std::string_view;

constexpr std::uint64_t max_file_bytes = std::uint64_t{16} << 20U;
constexpr std::size_t max_name = 63;
constexpr std::size_t max_path = 4096;
constexpr std::array<string_view, 3> file_keys{"version", "targets", "$schema"};
constexpr std::array<string_view, 7> target_keys{"name", "url",    "url_env", "url_file",
                                                 "set",  "canary", "schemas"};
constexpr std::array<string_view, 2> schemas_keys{"query", "list"};

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// As Kubernetes has it for the names of things.
bool is_dns_label(string_view name) {
  return !name.empty() && is_lower_or_digit(name.front()) && is_lower_or_digit(name.back()) &&
         std::ranges::all_of(name, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_variable_name(string_view name) {
  const auto is_part = [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::ranges::all_of(name, is_part);
}

class TargetsDecoder {
 public:
  TargetsDecoder(const Document& document, Problems& problems)
      : document_(document), problems_(problems) {}

  std::vector<TargetEntry> decode() {
    std::vector<TargetEntry> targets;
    const Fields fields(document_, Document::root, "a targets file", file_keys, problems_);
    if (!fields.is_mapping()) return targets;
    fields.require("version", "1");
    if (fields.has("version"))
      check_version(document_, fields.value("version"), "a targets file", problems_);
    fields.require("targets", "a list of targets");
    if (!fields.has("targets")) return targets;
    const NodeId list = fields.value("targets");
    if (document_.at(list).kind != NodeKind::sequence) {
      refuse_type(document_, list, "targets", "a list of targets", problems_);
      return targets;
    }
    for (NodeId id = list + 1; id < document_.at(list).end; id = document_.at(id).end)
      targets.push_back(target(id));
    if (targets.empty())
      problems_.add(document_, document_.at(list).offset, "there is no target in the list");
    return targets;
  }

 private:
  TargetEntry target(NodeId id) {
    TargetEntry target;
    const Fields fields(document_, id, "a target", target_keys, problems_);
    if (!fields.is_mapping()) return target;
    target.where = document_.position(fields.offset());
    fields.require("name", "a name of its own, as in tenant-7");
    if (fields.has("name")) target.name = name(fields.value("name"));
    target.url = url(fields);
    if (fields.has("set")) target.values = values(fields.value("set"));
    if (fields.has("canary"))
      target.is_canary =
          read_bool(document_, fields.value("canary"), "canary", problems_).value_or(false);
    if (fields.has("schemas")) target.schemas = schemas(fields.value("schemas"));
    return target;
  }

  std::string name(NodeId id) {
    const auto text = read_line(document_, id, "name", max_name, problems_);
    if (!text) return {};
    const std::size_t offset = document_.at(id).offset;
    if (!is_dns_label(*text)) {
      problems_.add(document_, offset, "the name '" + excerpt(*text) + "' cannot be used",
                    "a target's name has small letters, digits and '-' between them");
      return {};
    }
    const auto [first, is_new] = lines_.emplace(*text, document_.position(offset).line);
    if (!is_new)
      problems_.add(document_, offset, "the name '" + excerpt(*text) + "' stands twice",
                    "its first use is in line " + std::to_string(first->second));
    return std::string(*text);
  }

  UrlSource url(const Fields& fields) {
    UrlSource source;
    std::size_t given = 0;
    const auto take = [&](string_view key, UrlSource::Kind kind) {
      if (!fields.has(key)) return;
      const auto text = read_line(document_, fields.value(key), key, max_path, problems_);
      ++given;
      if (!text) return;
      source = {kind, std::string(*text)};
      if (kind == UrlSource::Kind::variable && !is_variable_name(*text))
        problems_.add(document_, document_.at(fields.value(key)).offset,
                      "'url_env' is no name of an environment variable",
                      "it is the name alone, as in TENANT_7_URL; the URL is the variable's value");
    };
    take("url_env", UrlSource::Kind::variable);
    take("url_file", UrlSource::Kind::file);
    take("url", UrlSource::Kind::text);
    const bool is_missing =
        given == 0 && fields.lacks("url_env") && fields.lacks("url_file") && fields.lacks("url");
    if (is_missing || given > 1)
      problems_.add(document_, fields.offset(),
                    given == 0 ? "the target has no URL" : "the target has several URLs",
                    "expected one of url_env (a variable that holds it), url_file, or url without "
                    "a password");
    return source;
  }

  std::vector<std::pair<std::string, std::string>> values(NodeId id) {
    std::vector<std::pair<std::string, std::string>> values;
    if (document_.at(id).kind != NodeKind::mapping) {
      refuse_type(document_, id, "set", "a mapping of placeholders to values", problems_);
      return values;
    }
    for (NodeId key = id + 1; key < document_.at(id).end;) {
      const NodeId value = document_.at(key).end;
      if (const auto text = read_string(document_, value, document_.at(key).text, problems_))
        values.emplace_back(document_.at(key).text, *text);
      key = document_.at(value).end;
    }
    return values;
  }

  SchemaSource schemas(NodeId id) {
    SchemaSource source;
    const Fields fields(document_, id, "schemas", schemas_keys, problems_);
    if (!fields.is_mapping()) return source;
    if (fields.has("query"))
      if (const auto query = read_string(document_, fields.value("query"), "query", problems_))
        source.query = *query;
    if (fields.has("list"))
      for (const NodeId each : string_or_list(document_, fields.value("list"), "list", problems_))
        add_schema(each, source.names);
    const bool has_both = fields.has("query") && fields.has("list");
    if (has_both || (fields.lacks("query") && fields.lacks("list")))
      problems_.add(document_, fields.offset(), "'schemas' has neither a query nor a list, or both",
                    "expected query: SELECT .. or list: [..]");
    else if (fields.has("query") && base::is_blank(source.query))
      problems_.add(document_, fields.offset(), "the query for schemas is empty");
    return source;
  }

  void add_schema(NodeId id, std::vector<std::string>& names) {
    const auto name = read_line(document_, id, "list", max_schema_name, problems_);
    if (!name) return;
    if (std::ranges::find(names, *name) != names.end())
      problems_.add(document_, document_.at(id).offset,
                    "the schema '" + excerpt(*name) + "' stands twice");
    names.emplace_back(*name);
  }

  const Document& document_;
  Problems& problems_;
  std::map<string_view, std::uint32_t> lines_;  // of the names
};

}  // namespace

Result<std::vector<TargetEntry>> load_targets(ports::Files& files,
                                              const std::filesystem::path& path) {
  return load_decoded<TargetsDecoder>(files, path, max_file_bytes);
}

}  // namespace garboard::loading
