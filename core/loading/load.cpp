// SPDX-License-Identifier: Apache-2.0
#include "loading/load.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "loading/plan_decoder.hpp"
#include "loading/plan_placeholders.hpp"
#include "loading/problems.hpp"
#include "loading/readers.hpp"
#include "loading/script_loader.hpp"

namespace garboard::loading {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::Changes;

constexpr std::uint64_t max_plan_bytes = std::uint64_t{1024} * 1024;
constexpr std::uint64_t max_read_bytes = 64 * max_plan_bytes;  // to say how long it is

/// One read plan file: the document stays for the positions in later messages.
struct PlanFile {
  std::unique_ptr<Document> document = {};
  std::unique_ptr<PlanPlaceholders> placeholders = {};
  DecodedPlan plan = {};
};

/// The file that the path means now; empty when it cannot be told.
std::filesystem::path snapshot_of(ports::Files& files, const std::filesystem::path& plan) {
  Result<std::filesystem::path> real = files.resolve_beneath(plan.parent_path(), plan.filename());
  return real ? *std::move(real) : std::filesystem::path();
}

PlanFile read_plan(const Source& source, const std::filesystem::path& path, Problems& problems) {
  ports::Files& files = source.files;
  const std::filesystem::path before = snapshot_of(files, path);
  Result<std::string> text = files.read(path, max_read_bytes);
  if (!text) {
    problems.add(0, std::move(text).error().at({.file = path.string()}));
    return {};
  }
  if (text->size() > max_plan_bytes) {
    problems.add(0, Error{.code = Code::bad_input,
                          .message = "the plan has " + std::to_string(text->size()) +
                                     " bytes, expected at most 1 MiB",
                          .hint = "put long SQL into files that steps name with 'file:'",
                          .where = {.file = path.string()}});
    return {};
  }
  PlanFile file;
  file.document = std::make_unique<Document>(path.string(), normalized(*std::move(text)),
                                             path.extension() == ".json");
  file.placeholders = std::make_unique<PlanPlaceholders>(source, path.parent_path(), problems);
  if (read_document(*file.document, problems)) {
    ScriptLoader scripts(files, path.parent_path());
    file.plan = decode_plan(*file.document, scripts, *file.placeholders, problems);
  }
  if (snapshot_of(files, path) != before)
    problems.add(0, Error{.code = Code::bad_input,
                          .message = "the plan was replaced while it was read",
                          .hint = "run it again",
                          .where = {.file = path.string()}});
  return file;
}

/// Ids of all files, with the place of each.
class Ids {
 public:
  void check(const PlanFile& file, Problems& problems) {
    seen_.reserve(seen_.size() + file.plan.changes.size());
    for (std::size_t i = 0; i < file.plan.changes.size(); ++i) {
      const Change& change = file.plan.changes[i];
      if (change.id.empty()) continue;
      const std::size_t offset = file.plan.id_offsets[i];
      const auto [first, is_new] = seen_.emplace(change.id, std::pair(file.document.get(), offset));
      if (is_new) continue;
      const auto& [document, first_offset] = first->second;
      problems.add(*file.document, offset,
                   "the id '" + excerpt(change.id) +
                       "' is used for the second time, expected one of its own",
                   "the first is at " + document->position(first_offset).text() +
                       "; an id made of a name can be replaced by an 'id'");
    }
  }

 private:
  std::unordered_map<std::string, std::pair<const Document*, std::size_t>> seen_;
};

/// Refuses values that no plan asks for.
Result<void> check_given(const Source& source, const std::vector<PlanFile>& files) {
  for (const auto& given : source.values) {
    const std::string& name = given.first;
    const bool is_declared = std::ranges::any_of(
        files, [&](const PlanFile& file) { return file.placeholders->is_declared(name); });
    if (!is_declared)
      return Error{.code = Code::usage,
                   .message = "--set gives a value for '" + excerpt(name) +
                              "', which no plan declares as a placeholder",
                   .hint = "declare it under 'placeholders', or leave it out"};
  }
  return {};
}

/// Of all plans; where two declare the same name, the first's.
std::shared_ptr<const model::Placeholders> placeholders_of(const std::vector<PlanFile>& files) {
  auto all = std::make_shared<model::Placeholders>();
  for (const PlanFile& file : files)
    if (file.placeholders->values())
      all->insert(file.placeholders->values()->begin(), file.placeholders->values()->end());
  return all->empty() ? nullptr : all;
}

/// Where plans are written for different databases, each migration keeps its own plan's.
Changes join(std::vector<PlanFile> files) {
  const auto is_same = [&](const PlanFile& file) {
    return file.plan.databases == files.front().plan.databases;
  };
  const bool is_uniform = std::ranges::all_of(files, is_same);
  const bool is_any =
      std::ranges::any_of(files, [](const PlanFile& file) { return file.plan.databases.empty(); });
  Changes changes;
  changes.placeholders = placeholders_of(files);
  if (files.size() == 1) {
    changes.items = std::move(files.front().plan.changes);
    changes.databases = std::move(files.front().plan.databases);
    return changes;
  }
  for (PlanFile& file : files) {
    for (Change& change : file.plan.changes) {
      if (!is_uniform && change.databases.empty()) change.databases = file.plan.databases;
      changes.items.push_back(std::move(change));
    }
    for (std::string& database : file.plan.databases)
      if (!is_any && std::ranges::find(changes.databases, database) == changes.databases.end())
        changes.databases.push_back(std::move(database));
  }
  return changes;
}

}  // namespace

Result<Changes> load_plans(ports::Files& files, std::span<const std::filesystem::path> plans) {
  return load_plans(Source{.files = files}, plans);
}

Result<Changes> load_plans(const Source& source, std::span<const std::filesystem::path> plans) {
  if (plans.empty())
    return Error{.code = Code::bad_input, .message = "no plan file, expected at least one"};
  Problems problems;
  Ids ids;
  std::vector<PlanFile> read;
  read.reserve(plans.size());
  for (const std::filesystem::path& plan : plans) {
    problems.next_file();
    read.push_back(read_plan(source, plan, problems));
    ids.check(read.back(), problems);
  }
  if (!problems.empty()) return problems.take();
  if (auto checked = check_given(source, read); !checked) return std::move(checked).error();
  return join(std::move(read));
}

}  // namespace garboard::loading
