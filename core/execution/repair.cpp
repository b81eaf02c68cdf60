// SPDX-License-Identifier: Apache-2.0
#include "execution/repair.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "execution/rollback.hpp"
#include "execution/script.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::Correction;
using model::JournalEntry;
using model::LedgerEntry;
using model::LedgerState;

/// The row that says how far it got; nullptr when nothing has begun.
const JournalEntry* last_evidence(const std::vector<JournalEntry>& rows) {
  const auto last = std::find_if(rows.rbegin(), rows.rend(),
                                 [](const JournalEntry& row) { return row.state != "failed"; });
  return last == rows.rend() ? nullptr : &*last;
}

const JournalEntry* unresolved(const std::vector<JournalEntry>& rows) {
  const JournalEntry* last = last_evidence(rows);
  return last != nullptr && last->state == "intent" ? last : nullptr;
}

const Change* find(const model::Changes& changes, std::string_view id) {
  const auto found = std::ranges::find(changes.items, id, &Change::id);
  return found == changes.items.end() ? nullptr : &*found;
}

class Finder {
 public:
  Finder(ports::Session& session, ports::Files& files, const LedgerOptions& options,
         const model::Changes& changes)
      : session_(session), files_(files), options_(options), changes_(changes) {}

  Result<Finding> half_done(const LedgerEntry& entry) {
    Finding finding{.kind = entry.state == LedgerState::partial ? Finding::Kind::partial
                                                                : Finding::Kind::reverting,
                    .entry = entry};
    auto rows = read_journal(session_, options_, entry.id);
    if (!rows) return std::move(rows).error();
    if (const JournalEntry* last = last_evidence(*rows)) {
      finding.statement = last->state == "done" ? last->seq + 1 : last->seq;
      finding.statement_state = last->state == "done" ? "" : last->state;
      finding.has_fingerprint = !last->fingerprint.empty();
    }
    for (const JournalEntry& row : *rows) {
      if (row.state != "failed") continue;
      finding.statement = row.seq;
      finding.statement_state = row.state;
      finding.note = row.note;
    }
    finding.sql = text_of(entry, finding.statement);
    return finding;
  }

 private:
  /// Empty when it is not to be had: what is shown is a help, no more.
  std::string text_of(const LedgerEntry& entry, std::int64_t number) {
    const Change* change = find(changes_, entry.id);
    if (entry.state == LedgerState::partial)
      return change == nullptr ? std::string{} : statement(change->up, number);
    auto downs = find_downs(session_, files_, options_, {&entry, 1}, changes_, {});
    return downs ? statement(downs->front().change.down, number) : std::string{};
  }

  std::string statement(std::span<const model::Step> steps, std::int64_t number) {
    ScriptReader reader(steps, files_, session_.dialect(),
                        [this](const model::Step& step) { return session_.outline(step.sql); });
    ScriptStatement statement;
    for (auto more = reader.next(statement); more && *more; more = reader.next(statement))
      if (static_cast<std::int64_t>(statement.number) == number)
        return std::string(statement.template_text());
    return {};
  }

  ports::Session& session_;
  ports::Files& files_;
  const LedgerOptions& options_;
  const model::Changes& changes_;
};

}  // namespace

Result<std::vector<Finding>> find_repairs(ports::Session& session, ports::Files& files,
                                          const LedgerOptions& options, const model::Ledger& ledger,
                                          const model::Changes& changes) {
  Finder finder(session, files, options, changes);
  std::vector<Finding> findings;
  for (const LedgerEntry& entry : ledger.entries) {
    const Change* change = find(changes, entry.id);
    if (entry.state != LedgerState::applied) {
      auto finding = finder.half_done(entry);
      if (!finding) return std::move(finding).error();
      findings.push_back(*std::move(finding));
    } else if (change != nullptr && !change->is_repeatable && change->checksum != entry.checksum) {
      findings.push_back(
          {.kind = Finding::Kind::changed, .entry = entry, .new_checksum = change->checksum});
    }
  }
  return findings;
}

Result<std::vector<Correction>> settle_statement(ports::Session& session,
                                                 const LedgerOptions& options,
                                                 const model::Ledger& ledger, std::string_view id,
                                                 bool is_done, std::string_view reason) {
  std::vector<Correction> waiting;
  std::string ids;
  for (const LedgerEntry& entry : ledger.entries) {
    if (entry.state == LedgerState::applied || (!id.empty() && entry.id != id)) continue;
    auto rows = read_journal(session, options, entry.id);
    if (!rows) return std::move(rows).error();
    const JournalEntry* row = unresolved(*rows);
    if (row == nullptr) continue;
    ids += (ids.empty() ? "" : ", ") + entry.id;
    waiting.push_back(
        {.kind = is_done ? Correction::Kind::statement_done : Correction::Kind::statement_undone,
         .action = "repaired",
         .entry = entry,
         .seq = row->seq,
         .reason = std::string(reason)});
  }
  if (waiting.size() == 1) return waiting;
  if (waiting.empty())
    return Error{
        .code = Code::usage,
        .message =
            (id.empty() ? std::string("no migration") : "migration '" + std::string(id) + "'") +
            (id.empty() ? " stopped" : " did not stop") + " at a statement whose end nobody saw",
        .hint = "`garboard repair` without an option shows what needs repair"};
  return Error{.code = Code::usage,
               .message = "several migrations stopped at a statement whose end nobody saw: " + ids,
               .hint = "say which one: garboard repair ID --statement done|not-done"};
}

}  // namespace garboard::execution
