// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_targets.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/text_file.hpp"
#include "loading/targets_file.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using model::Target;
using model::TargetEntry;
using model::UrlSource;

constexpr std::uint64_t max_report_bytes = std::uint64_t{1} << 30U;
constexpr std::size_t max_schemas = 100'000;

Result<std::string> url_of(const CommandContext& context, const TargetEntry& entry) {
  if (entry.url.kind == UrlSource::Kind::text) return entry.url.value;
  if (entry.url.kind == UrlSource::Kind::file) {
    Result<std::string> text = read_secret_file(entry.url.value);
    if (text) return text;
    return std::move(text).error().hinted("it is to hold the URL of " + entry.name);
  }
  Result<std::optional<std::string>> value = value_of(context.environment, entry.url.value);
  if (!value) return std::move(value).error();
  if (*value) return **std::move(value);
  return Error{.code = Code::bad_input,
               .message = "the variable " + entry.url.value + " is not set",
               .hint = "it is to hold the URL of " + entry.name +
                       "; or name a file that holds it in " + entry.url.value + "_FILE",
               .where = entry.where};
}

/// Of libpq's `options`: a search path of one schema.
std::string search_path_option(std::string_view schema) {
  std::string text = "-csearch_path=\"";
  for (const char c : schema) {
    if (c == '"') text += '"';
    if (c == ' ' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

Result<void> enter_schema(Connection& connection, const std::string& schema) {
  if (connection.driver == "mysql" || connection.driver == "mariadb") {
    connection.url.database = schema;
    return {};
  }
  if (connection.driver != "postgres" && connection.driver != "postgresql")
    return Error{.code = Code::bad_input,
                 .message = "'schemas' is for PostgreSQL and MySQL, not for " + connection.driver,
                 .hint = "name each database as a target of its own"};
  auto& params = connection.url.params;
  auto given = std::ranges::find(params, "options", [](const auto& each) { return each.first; });
  if (given == params.end()) given = params.insert(given, {"options", ""});
  given->second += (given->second.empty() ? "" : " ") + search_path_option(schema);
  return {};
}

Result<Connection> connection_of_entry(const CommandContext& context, const TargetEntry& entry) {
  Result<std::string> url = url_of(context, entry);
  if (!url) return std::move(url).error();
  Result<Connection> connection = connection_from_url(*url, "the URL of " + entry.name);
  if (!connection) return connection;
  if (const std::string& driver = context.settings.text("database"); !driver.empty())
    connection->driver = driver;
  return connection;
}

Result<std::vector<std::string>> query_schemas(const CommandContext& context,
                                               const TargetEntry& entry) {
  Result<Connection> connection = connection_of_entry(context, entry);
  if (!connection) return std::move(connection).error();
  for (const std::string& secret : connection->secrets) context.log.add_secret(secret);
  auto database = Database::load(context, *std::move(connection), Access::read_only);
  if (!database) return std::move(database).error();
  auto session = (*database)->connect_patiently();
  if (!session) return std::move(session).error();
  std::set<std::string> names;
  bool is_odd = false;
  const auto asked =
      (*session)->exec(entry.schemas->query, {}, [&](std::span<const ports::Cell> cells) {
        const auto name = cells.empty() ? ports::Cell() : cells[0];
        is_odd = !name || base::is_blank(*name) ||
                 base::count_code_points(*name) > loading::max_schema_name;
        if (!is_odd) names.emplace(*name);
        return !is_odd && names.size() < max_schemas;
      });
  if (!asked) return asked.error();
  if (is_odd)
    return Error{.code = Code::bad_input,
                 .message = "the query for schemas gave something that is no schema's name",
                 .hint = "its first column is to be the name",
                 .where = entry.where};
  return std::vector<std::string>(names.begin(), names.end());
}

// A URL in the file is no secret, and everyone may read the file.
Result<void> check_plain_url(const TargetEntry& entry) {
  if (entry.url.kind != UrlSource::Kind::text) return {};
  const Result<Connection> connection = connection_from_url(entry.url.value, "'url'");
  if (!connection) return Error(connection.error()).at(entry.where);
  if (connection->secrets.empty()) return {};
  return Error{.code = Code::bad_input,
               .message = "the URL of " + entry.name + " holds a password, and stands in a file",
               .hint = "name the variable that holds it in url_env, or the file in url_file",
               .where = entry.where};
}

Result<void> expand(CommandContext& context, Fleet& fleet, std::size_t index) {
  const TargetEntry& entry = fleet.entries[index];
  if (!entry.schemas) {
    fleet.targets.push_back({.name = entry.name, .entry = index});
    return {};
  }
  std::vector<std::string> schemas = entry.schemas->names;
  if (!entry.schemas->query.empty()) {
    Result<std::vector<std::string>> listed = query_schemas(context, entry);
    if (!listed) return std::move(listed).error().in("listing the schemas of " + entry.name);
    schemas = *std::move(listed);
  }
  for (const std::string& schema : schemas)
    fleet.targets.push_back({.name = entry.name + "/" + schema, .entry = index, .schema = schema});
  return {};
}

/// The names that an earlier run's report has as failed, interrupted or skipped.
Result<std::set<std::string, std::less<>>> unfinished(const std::string& path) {
  Result<std::string> text = read_text_file(path, max_report_bytes);
  if (!text) return std::move(text).error();
  const Json report = Json::parse(*text, nullptr, false);
  const Error senseless{.code = Code::bad_input,
                        .message = "this is no report of a fleet",
                        .hint = "it is what --targets with --output json writes to standard output",
                        .where = {.file = path}};
  if (!report.is_object() || !report.contains("targets") || !report["targets"].is_array())
    return senseless;
  std::set<std::string, std::less<>> names;
  for (const Json& each : report["targets"]) {
    const bool is_whole = each.is_object() && each.contains("name") && each["name"].is_string() &&
                          each.contains("outcome") && each["outcome"].is_string();
    if (!is_whole) return senseless;
    if (each["outcome"] != "succeeded") names.insert(each["name"].get<std::string>());
  }
  return names;
}

Result<fleet::Shard> shard_of(const CommandContext& context) {
  if (const std::string& given = context.settings.text("shard"); !given.empty())
    return fleet::parse_shard(given);
  const auto index = context.environment.get("JOB_COMPLETION_INDEX");
  const auto count = context.environment.get("JOB_COMPLETIONS");
  if (!index) return fleet::Shard{};
  if (!count)
    return Error{
        .code = Code::usage,
        .message =
            "JOB_COMPLETION_INDEX says which part of the fleet this is, and nothing "
            "says of how many",
        .hint = "set JOB_COMPLETIONS to the Job's completions, or pass --shard 0/1 for all"};
  Result<fleet::Shard> shard = fleet::parse_shard(*index + "/" + *count);
  if (shard) return shard;
  return std::move(shard).error().in("JOB_COMPLETION_INDEX and JOB_COMPLETIONS");
}

fleet::Canaries canaries_of(const Settings& settings) {
  const std::string& text = settings.text("canaries");
  if (text == "only") return fleet::Canaries::only;
  return text == "skip" ? fleet::Canaries::skip : fleet::Canaries::first;
}

}  // namespace

Result<Fleet> load_fleet(CommandContext& context) {
  DiskFiles files;
  Result<std::vector<TargetEntry>> entries =
      loading::load_targets(files, context.settings.text("targets"));
  if (!entries) return std::move(entries).error();
  Fleet fleet{.entries = *std::move(entries)};
  for (const TargetEntry& entry : fleet.entries)
    if (auto checked = check_plain_url(entry); !checked) return std::move(checked).error();
  for (std::size_t i = 0; i < fleet.entries.size(); ++i)
    if (auto expanded = expand(context, fleet, i); !expanded) return std::move(expanded).error();
  return fleet;
}

Result<fleet::Waves> choose_targets(const CommandContext& context, const Fleet& fleet) {
  fleet::Selection selection{.canaries = canaries_of(context.settings)};
  Result<fleet::Shard> shard = shard_of(context);
  if (!shard) return std::move(shard).error();
  selection.shard = *shard;
  const std::vector<std::string>& named = context.settings.list("target");
  selection.names.insert(named.begin(), named.end());
  const std::string& report = context.settings.text("only-failed");
  if (report.empty()) return fleet::select(fleet.entries, fleet.targets, selection);
  Result<std::set<std::string, std::less<>>> names = unfinished(report);
  if (!names) return std::move(names).error();
  if (names->empty()) return fleet::Waves{};
  selection.names.merge(*names);
  return fleet::select(fleet.entries, fleet.targets, selection);
}

Result<Connection> connection_of(const CommandContext& context, const Fleet& fleet,
                                 const Target& target) {
  Result<Connection> connection = connection_of_entry(context, fleet.entry_of(target));
  if (!connection || target.schema.empty()) return connection;
  if (auto entered = enter_schema(*connection, target.schema); !entered)
    return std::move(entered).error();
  return connection;
}

}  // namespace garboard::cli
