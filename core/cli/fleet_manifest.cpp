// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/sha256.hpp"
#include "loading/yaml_text.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using loading::yaml_text;
using model::Target;
using model::TargetEntry;
using model::UrlSource;

constexpr std::size_t max_config_bytes = 1'000'000;  // Kubernetes has 1 MiB for all of it
constexpr std::size_t max_name = 36;  // with what is added, and an index, still a host's name
constexpr const char* targets_folder = "/etc/garboard/fleet";
constexpr const char* urls_folder = "/run/secrets/garboard-fleet";
constexpr int user = 65532;

std::string digest_of(std::string_view text) {
  base::Sha256 sha;
  sha.update(text);
  return sha.hex().substr(0, 10);
}

Json entry_json(const TargetEntry& entry, bool has_secret, bool is_canary) {
  Json json = {{"name", entry.name}};
  if (entry.url.kind == UrlSource::Kind::text)
    json["url"] = entry.url.value;
  else if (has_secret)
    json["url_file"] = std::string(urls_folder) + "/" + entry.name;
  else
    json["url_file"] = entry.url.value;
  for (const auto& [name, value] : entry.values) json["set"][name] = value;
  if (is_canary) json["canary"] = true;
  return json;
}

/// The targets file of the pods: schemas by name, so that an index means the same for ever.
Json targets_json(const Fleet& fleet, const std::vector<Target>& targets,
                  const ManifestOptions& options) {
  Json list = Json::array();
  std::optional<std::size_t> last;
  for (const Target& target : targets) {
    const TargetEntry& entry = fleet.entry_of(target);
    if (last != target.entry)
      list.push_back(
          entry_json(entry, !options.secret.empty(), entry.is_canary && options.indexes.empty()));
    if (!target.schema.empty()) list.back()["schemas"]["list"].push_back(target.schema);
    last = target.entry;
  }
  return {{"version", 1}, {"targets", std::move(list)}};
}

Json labels(const ManifestOptions& options) {
  return {{"app.kubernetes.io/name", "garboard"},
          {"app.kubernetes.io/instance", options.name},
          {"app.kubernetes.io/managed-by", "garboard"}};
}

Json metadata(std::string name, const ManifestOptions& options) {
  Json json = {{"name", std::move(name)}};
  if (!options.name_space.empty()) json["namespace"] = options.name_space;
  json["labels"] = labels(options);
  return json;
}

Json container(const ManifestOptions& options, std::size_t completions, const char* canaries) {
  Json arguments = {"migrate", std::string("--targets=") + targets_folder + "/targets.yaml",
                    std::string("--canaries=") + canaries};
  for (const std::string& argument : options.arguments) arguments.push_back(argument);
  Json mounts = {{{"name", "targets"}, {"mountPath", targets_folder}, {"readOnly", true}}};
  if (!options.secret.empty())
    mounts.push_back({{"name", "urls"}, {"mountPath", urls_folder}, {"readOnly", true}});
  return {{"name", "garboard"},
          {"image", options.image},
          {"args", std::move(arguments)},
          {"env", {{{"name", "JOB_COMPLETIONS"}, {"value", std::to_string(completions)}}}},
          {"resources",
           {{"requests", {{"cpu", "50m"}, {"memory", "32Mi"}}}, {"limits", {{"memory", "256Mi"}}}}},
          {"securityContext",
           {{"allowPrivilegeEscalation", false},
            {"readOnlyRootFilesystem", true},
            {"capabilities", {{"drop", {"ALL"}}}}}},
          {"terminationMessagePolicy", "FallbackToLogsOnError"},
          {"volumeMounts", std::move(mounts)}};
}

Json pod(const ManifestOptions& options, const std::string& config, Json container) {
  Json volumes = {{{"name", "targets"}, {"configMap", {{"name", config}}}}};
  if (!options.secret.empty())
    volumes.push_back(
        {{"name", "urls"}, {"secret", {{"secretName", options.secret}, {"defaultMode", 0440}}}});
  return {{"metadata", {{"labels", labels(options)}}},
          {"spec",
           {{"restartPolicy", "Never"},
            {"automountServiceAccountToken", false},
            {"terminationGracePeriodSeconds", 60},
            {"securityContext",
             {{"runAsNonRoot", true},
              {"runAsUser", user},
              {"runAsGroup", user},
              {"fsGroup", user},
              {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
            {"containers", Json::array({std::move(container)})},
            {"volumes", std::move(volumes)}}}};
}

/// Any exit code that is not known to pass ends the tries of that index, never of the others.
Json failure_policy() {
  return {{"rules",
           {{{"action", "Ignore"}, {"onPodConditions", {{{"type", "DisruptionTarget"}}}}},
            {{"action", "FailIndex"},
             {"onExitCodes",
              {{"containerName", "garboard"},
               {"operator", "NotIn"},
               {"values", {10, 11, 12, 13, 14, 15, 137, 143}}}}}}}};
}

struct JobShape {
  std::string suffix;
  std::size_t completions;
  const char* canaries;
  bool is_suspended;
};

/// What may be changed while it lasts has no part in its name.
Json job(const ManifestOptions& options, const std::string& config, const JobShape& shape) {
  Json spec = {{"completionMode", "Indexed"},
               {"completions", shape.completions},
               {"backoffLimitPerIndex", options.backoff_limit}};
  if (options.max_failed)
    spec["maxFailedIndexes"] = std::min(*options.max_failed, shape.completions);
  spec["podFailurePolicy"] = failure_policy();
  spec["template"] = pod(options, config, container(options, shape.completions, shape.canaries));
  const std::string name = options.name + shape.suffix + "-" + digest_of(spec.dump());
  spec["parallelism"] = std::min(options.parallelism, shape.completions);
  if (shape.is_suspended) spec["suspend"] = true;
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata", metadata(name, options)},
          {"spec", std::move(spec)}};
}

bool is_name(std::string_view text) {
  const auto is_end = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= max_name && is_end(text.front()) && is_end(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return is_end(c) || c == '-'; });
}

Result<void> check(const Fleet& fleet, const ManifestOptions& options) {
  if (!is_name(options.name))
    return Error{.code = Code::usage,
                 .message = "--name is no name for a Job",
                 .hint = "it has up to 36 small letters, digits and '-' between them"};
  if (!options.secret.empty()) return {};
  for (const TargetEntry& entry : fleet.entries)
    if (entry.url.kind == UrlSource::Kind::variable)
      return Error{.code = Code::usage,
                   .message = "no pod would have the variable that holds the URL of " + entry.name,
                   .hint = "pass --secret NAME: a Secret that has each URL under its target's name",
                   .where = entry.where};
  return {};
}

}  // namespace

Result<std::vector<std::size_t>> parse_indexes(std::string_view text, std::size_t count) {
  const Error wrong{.code = Code::usage,
                    .message = "--failed-indexes is no list of indexes below " +
                               std::to_string(count) + ", which is how many targets there are",
                    .hint = "pass it as Kubernetes writes status.failedIndexes: 1,3-5"};
  std::vector<std::size_t> indexes;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::size_t first = 0;
    auto read = std::from_chars(at, end, first);
    std::size_t last = first;
    if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '-')
      read = std::from_chars(read.ptr + 1, end, last);
    const bool is_ascending = indexes.empty() || indexes.back() < first;
    if (read.ec != std::errc{} || last < first || last >= count || !is_ascending) return wrong;
    for (std::size_t index = first; index <= last; ++index) indexes.push_back(index);
    if (read.ptr == end) return indexes;
    if (*read.ptr != ',') return wrong;
    at = read.ptr + 1;
  }
}

Result<std::string> fleet_manifests(const Fleet& fleet, const ManifestOptions& options) {
  if (auto checked = check(fleet, options); !checked) return std::move(checked).error();
  std::vector<Target> canaries;
  std::vector<Target> others;
  for (const Target& target : fleet.targets)
    (fleet.entry_of(target).is_canary ? canaries : others).push_back(target);
  if (!options.indexes.empty()) {
    canaries.clear();
    std::vector<Target> chosen;
    for (const std::size_t index : options.indexes) chosen.push_back(others[index]);
    others = std::move(chosen);
  }
  std::vector<Target> all = canaries;
  all.insert(all.end(), others.begin(), others.end());
  if (all.empty()) return Error{.code = Code::bad_input, .message = "the fleet has no targets"};
  const std::string content = yaml_text(targets_json(fleet, all, options));
  if (content.size() > max_config_bytes)
    return Error{.code = Code::bad_input,
                 .message = "the targets do not fit into one ConfigMap, which holds 1 MiB",
                 .hint = "split the targets file in two"};
  const std::string config = options.name + "-targets-" + digest_of(content);
  std::string text = yaml_text({{"apiVersion", "v1"},
                                {"kind", "ConfigMap"},
                                {"metadata", metadata(config, options)},
                                {"immutable", true},
                                {"data", {{"targets.yaml", content}}}});
  if (!canaries.empty())
    text += "---\n" + yaml_text(job(options, config,
                                    {.suffix = "-canary",
                                     .completions = canaries.size(),
                                     .canaries = "only",
                                     .is_suspended = options.is_suspended}));
  if (!others.empty())
    text += "---\n" + yaml_text(job(options, config,
                                    {.suffix = "",
                                     .completions = others.size(),
                                     .canaries = "skip",
                                     .is_suspended = options.is_suspended || !canaries.empty()}));
  return text;
}

}  // namespace garboard::cli
