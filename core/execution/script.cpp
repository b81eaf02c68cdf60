// SPDX-License-Identifier: Apache-2.0
#include "execution/script.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "execution/step_source.hpp"
#include "model/step_position.hpp"
#include "sql/client_command.hpp"
#include "sql/splitter.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using sql::StatementKind;

constexpr std::size_t max_excerpt_bytes = 400;

bool has_secret(const model::Step& step) {
  return step.placeholders && std::ranges::any_of(*step.placeholders, [](const auto& each) {
           return each.second.is_secret;
         });
}

}  // namespace

struct ScriptReader::Open {
  std::optional<StepSource> source = {};
  std::optional<sql::Splitter> splitter = {};
  std::vector<std::string> rendered = {};  ///< of an operation, which has no splitter
  std::size_t next_rendered = 0;
};

ScriptReader::ScriptReader(std::span<const model::Step> steps, ports::Files& files,
                           const model::Dialect& dialect, RenderStep render)
    : steps_(steps), files_(files), dialect_(dialect), render_(std::move(render)) {}

ScriptReader::~ScriptReader() = default;

Result<void> ScriptReader::open_step() {
  const model::Step& step = steps_[index_];
  auto open = std::make_unique<Open>();
  if (step.kind == model::Step::Kind::operation) {
    auto rendered = render_(step);
    if (!rendered) {
      Error error = std::move(rendered).error();
      if (error.where.file.empty()) error.where = step.where;
      return error;
    }
    open->rendered = std::move(rendered->statements);
    open_ = std::move(open);
    return {};
  }
  auto source = StepSource::open(step, files_);
  if (!source) return std::move(source).error();
  open->source = std::move(*source);
  open->splitter.emplace(dialect_.lexical, open->source->text());
  open_ = std::move(open);
  return {};
}

Result<void> ScriptReader::close_step() {
  Result<void> checked = open_->source->check();
  open_.reset();
  ++index_;
  return checked;
}

/// The next statement of the open operation; false after its last.
Result<bool> ScriptReader::next_rendered(ScriptStatement& statement) {
  if (open_->next_rendered == open_->rendered.size()) return false;
  const std::string& text = open_->rendered[open_->next_rendered++];
  statement = {.text = text,
               .number = ++number_,
               .kind = sql::classify(text, dialect_),
               .line = 1,
               .column = 1,
               .step = &steps_[index_]};
  return true;
}

Result<bool> ScriptReader::next(ScriptStatement& statement) {
  while (index_ < steps_.size()) {
    const model::Step& step = steps_[index_];
    if (!open_) {
      if (auto opened = open_step(); !opened) return std::move(opened).error();
    }
    if (step.kind == model::Step::Kind::operation) {
      auto more = next_rendered(statement);
      if (!more || *more) return more;
      open_.reset();
      ++index_;
      continue;
    }
    sql::Piece piece;
    auto more = open_->splitter->next(piece);
    if (!more) {
      Error error = std::move(more).error();
      error.where = place_of(error.where.line, error.where.column);
      return error;
    }
    if (!*more) {
      if (auto closed = close_step(); !closed) return std::move(closed).error();
      continue;
    }
    if (piece.kind == sql::Piece::Kind::client) {
      if (sql::is_ignorable_client_command(piece.text)) continue;
      return Error{.code = Code::bad_input,
                   .message = "a command of the command-line client: " + std::string(piece.text),
                   .hint = "leave it out; the server does not know it",
                   .where = place_of(piece.line, piece.column)};
    }
    if (piece.kind != sql::Piece::Kind::statement) continue;
    statement = {.text = piece.text,
                 .number = ++number_,
                 .kind = sql::classify(piece.text, dialect_),
                 .line = piece.line,
                 .column = piece.column,
                 .step = &step,
                 .slice = open_->source->slice(piece.text, piece.byte)};
    return true;
  }
  return false;
}

/// Of a place in the text of the open step.
base::SourcePosition ScriptReader::place_of(std::uint32_t line, std::uint32_t column) const {
  const base::TextPlace place = open_->source->place_in_step({line, column});
  return model::position_in_step(steps_[index_], place.line, place.column);
}

base::ByteSource& ScriptReader::copy_rows() { return open_->splitter->copy_rows(); }

Result<ScriptFacts> scan_script(std::span<const model::Step> steps, ports::Files& files,
                                const model::Dialect& dialect, const RenderStep& outline) {
  ScriptFacts facts;
  ScriptReader reader(steps, files, dialect, [&](const model::Step& step) {
    auto rendered = outline(step);
    if (rendered && rendered->needs_unchecked_transaction) facts.needs_unchecked_transaction = true;
    return rendered;
  });
  ScriptStatement statement;
  bool begins = false;
  bool ends = false;
  while (true) {
    auto more = reader.next(statement);
    if (!more) return std::move(more).error();
    if (!*more) break;
    ++facts.statements;
    ends = statement.kind == StatementKind::commit;
    if (statement.kind == StatementKind::non_transactional && !facts.non_transactional)
      facts.non_transactional = position_of(statement, 0);
    if (statement.kind == StatementKind::begin && facts.statements == 1) begins = true;
    if (statement.kind == StatementKind::begin || statement.kind == StatementKind::commit ||
        statement.kind == StatementKind::rollback) {
      if (facts.transaction_control++ == 0) facts.control = position_of(statement, 0);
    }
  }
  facts.is_wrapped = begins && ends && facts.transaction_control == 2;
  return facts;
}

bool needs_journal(const model::Change& change, const ScriptFacts& facts,
                   const model::Dialect& dialect) noexcept {
  const bool has_own_control = facts.transaction_control > 0 && !facts.is_wrapped;
  return change.transaction == model::TransactionMode::never || !dialect.has_transactional_ddl ||
         facts.non_transactional || has_own_control;
}

base::SourcePosition position_of(const ScriptStatement& statement, std::int64_t offset) {
  std::uint32_t line = statement.line;
  std::uint32_t column = statement.column;
  const auto end = static_cast<std::size_t>(offset < 0 ? 0 : offset);
  for (const char c : statement.text.substr(0, end)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  base::TextPlace place{line, column};
  if (statement.slice) place = statement.slice->place_in_template(place);
  return model::position_in_step(*statement.step, place.line, place.column);
}

Error blame(Error error, const ScriptStatement& statement) {
  error.where = position_of(statement, error.statement_position);
  std::string_view shown = statement.text;
  if (has_secret(*statement.step)) {
    shown = statement.template_text();
    error.statement_position = -1;  // which is of the text that was sent
  }
  std::size_t size = max_excerpt_bytes;
  if (shown.size() <= size) {
    error.statement = shown;
  } else {
    while (size > 0 && (static_cast<unsigned char>(shown[size]) & 0xC0U) == 0x80U) --size;
    error.statement = std::string(shown.substr(0, size)) + " ...";
    if (error.statement_position > static_cast<std::int64_t>(size)) error.statement_position = -1;
  }
  return std::move(error).in("statement " + std::to_string(statement.number));
}

}  // namespace garboard::execution
