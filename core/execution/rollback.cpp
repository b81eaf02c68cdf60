// SPDX-License-Identifier: Apache-2.0
#include "execution/rollback.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "execution/run_setup.hpp"
#include "execution/runner.hpp"
#include "execution/stored_down.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::LedgerEntry;

using ChangesById = std::unordered_map<std::string_view, const Change*>;

Error no_down(const LedgerEntry& entry, const Change* change) {
  Error error{.code = Code::bad_input,
              .message = "migration '" + entry.id + "' has no down",
              .reason = "no-down",
              .hint = "write a `down` for it in the plan; nothing was undone"};
  if (change == nullptr) {
    error.message += ": none was kept when it was applied, and the plan does not have it";
    return error;
  }
  error.where = change->where;
  if (!change->irreversible.empty()) error.message += ": " + change->irreversible;
  if (change->checksum != entry.checksum)
    error.message += ": none was kept when it was applied, and the plan's text is another now";
  return error;
}

class DownFinder {
 public:
  DownFinder(ports::Session& session, ports::Files& files, const LedgerOptions& options,
             const model::Placeholders& placeholders)
      : session_(session),
        files_(files),
        options_(options),
        placeholders_(placeholders),
        sql_(session.dialect(), options) {}

  Result<Undo> find(const LedgerEntry& entry, const Change* change) {
    Undo undo;
    undo.entry = entry;
    if (change != nullptr && change->checksum == entry.checksum && !change->down.empty()) {
      undo.change = *change;
    } else {
      auto kept = kept_down(entry, change);
      if (!kept) return std::move(kept).error();
      undo.change = *std::move(kept);
      undo.is_from_history = true;
    }
    const Job job{.change = &undo.change, .direction = Direction::down};
    auto way = choose_way(job, session_, files_);
    if (!way) return std::move(way).error().in("the down of migration '" + entry.id + "'");
    undo.statements = way->statements;
    return undo;
  }

 private:
  Result<Change> kept_down(const LedgerEntry& entry, const Change* change) {
    std::optional<std::string> text;
    const std::array<ports::Param, 2> key{options_.app, entry.id};
    auto read = session_.exec(sql_.read_down(), key, [&](std::span<const ports::Cell> cells) {
      if (cells[0]) text = std::string(*cells[0]);
      return true;
    });
    if (!read) return std::move(read).error().in("reading the tracking table");
    if (!text) return no_down(entry, change);
    return change_of_down(entry, *text, placeholders_);
  }

  ports::Session& session_;
  ports::Files& files_;
  const LedgerOptions& options_;
  const model::Placeholders& placeholders_;
  const LedgerSql sql_;
};

}  // namespace

Result<std::vector<Undo>> find_downs(ports::Session& session, ports::Files& files,
                                     const LedgerOptions& options,
                                     std::span<const LedgerEntry> entries,
                                     const model::Changes& changes,
                                     const model::Placeholders& placeholders) {
  ChangesById by_id;
  for (const Change& change : changes.items) by_id.emplace(change.id, &change);
  DownFinder finder(session, files, options, placeholders);
  std::vector<Undo> undos;
  std::vector<Error> problems;
  for (const LedgerEntry& entry : entries) {
    const auto found = by_id.find(entry.id);
    auto undo = finder.find(entry, found == by_id.end() ? nullptr : found->second);
    if (undo) {
      undos.push_back(*std::move(undo));
    } else {
      problems.push_back(std::move(undo).error());
      if (problems.back().code != Code::bad_input) return std::move(problems.back());
    }
  }
  if (problems.empty()) return undos;
  Error first = std::move(problems.front());
  first.others.assign(std::make_move_iterator(problems.begin() + 1),
                      std::make_move_iterator(problems.end()));
  return first;
}

Result<void> check_last_run(ports::Session& session, const LedgerOptions& options,
                            const model::Ledger& ledger) {
  if (ledger.entries.empty()) return {};
  const LedgerEntry& newest = ledger.entries.back();
  const LedgerSql sql(session.dialect(), options);
  const std::array<ports::Param, 2> key{options.app, newest.run_id};
  std::string action;
  auto read = session.exec(sql.read_log_of_run(), key, [&](std::span<const ports::Cell> cells) {
    constexpr std::array recording{"baselined", "adopted", "marked_applied"};
    for (const char* each : recording)
      if (cells[1] == ports::Cell(each)) action = each;
    return true;
  });
  if (!read && !is_missing_table(read.error(), session.dialect()))
    return std::move(read).error().in("reading the log " + sql.log());
  if (action.empty()) return {};
  std::ranges::replace(action, '_', ' ');
  return Error{.code = Code::bad_input,
               .message = "the last run " + action + " '" + newest.id +
                          "' and applied nothing itself, so there is nothing of it to undo",
               .reason = "nothing-run",
               .hint = "name what to undo with --steps or --to, if these migrations are to go"};
}

model::RunReport roll_back(std::span<const Undo> undos, const model::Ledger& ledger,
                           std::unique_ptr<ports::Session> session, const RunContext& context,
                           const RunOptions& options) {
  std::vector<Job> jobs;
  for (const Undo& undo : undos)
    jobs.push_back({.change = &undo.change, .direction = Direction::down, .entry = undo.entry});
  SeenLedger seen{.exists = ledger.exists, .entries = ledger.entries};
  for (const LedgerEntry& entry : ledger.entries)
    seen.last_ordinal = std::max(seen.last_ordinal, entry.ordinal);
  return Runner(std::move(jobs), std::move(seen), std::move(session), context, options).run();
}

}  // namespace garboard::execution
