// SPDX-License-Identifier: Apache-2.0
#include "execution/script.hpp"

#include <string>
#include <utility>

#include "base/sha256.hpp"
#include "model/step_position.hpp"
#include "sql/client_command.hpp"
#include "sql/splitter.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using sql::StatementKind;

constexpr std::size_t max_excerpt_bytes = 400;

/// Passes a file's bytes on and keeps their digest.
class DigestingSource final : public base::ByteSource {
 public:
  explicit DigestingSource(std::unique_ptr<base::ByteSource> source) : source_(std::move(source)) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    auto n = source_->read(buffer);
    if (n) digest_.update({buffer.data(), *n});
    return n;
  }
  [[nodiscard]] std::string hex() { return digest_.hex(); }

 private:
  std::unique_ptr<base::ByteSource> source_;
  base::ScriptDigest digest_;
};

}  // namespace

struct ScriptReader::Open {
  std::unique_ptr<base::ByteSource> source;
  DigestingSource* file = nullptr;  ///< the same, of a `file` step
  std::optional<sql::Splitter> splitter;
};

ScriptReader::ScriptReader(std::span<const model::Step> steps, ports::Files& files,
                           const model::Dialect& dialect)
    : steps_(steps), files_(files), dialect_(dialect) {}

ScriptReader::~ScriptReader() = default;

Result<void> ScriptReader::open_step() {
  const model::Step& step = steps_[index_];
  auto open = std::make_unique<Open>();
  if (step.kind == model::Step::Kind::sql) {
    open->source = std::make_unique<base::TextSource>(step.sql);
  } else {
    auto file = files_.open(step.file);
    if (!file) return std::move(file).error();
    auto digesting = std::make_unique<DigestingSource>(std::move(*file));
    open->file = digesting.get();
    open->source = std::move(digesting);
  }
  open->splitter.emplace(dialect_.lexical, *open->source);
  open_ = std::move(open);
  return {};
}

Result<void> ScriptReader::close_step() {
  const model::Step& step = steps_[index_];
  const bool is_same = open_->file == nullptr || open_->file->hex() == step.digest;
  open_.reset();
  ++index_;
  if (is_same) return {};
  return Error{.code = Code::bad_input,
               .message = "the file changed after the plan was read",
               .hint = "run again, once nothing writes to it",
               .where = step.where};
}

Result<bool> ScriptReader::next(ScriptStatement& statement) {
  while (index_ < steps_.size()) {
    const model::Step& step = steps_[index_];
    if (!open_) {
      if (auto opened = open_step(); !opened) return std::move(opened).error();
    }
    sql::Piece piece;
    auto more = open_->splitter->next(piece);
    if (!more) {
      Error error = std::move(more).error();
      error.where = model::position_in_step(step, error.where.line, error.where.column);
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
                   .where = model::position_in_step(step, piece.line, piece.column)};
    }
    if (piece.kind != sql::Piece::Kind::statement) continue;
    statement = {.text = piece.text,
                 .number = ++number_,
                 .kind = sql::classify(piece.text, dialect_),
                 .line = piece.line,
                 .column = piece.column,
                 .step = &step};
    return true;
  }
  return false;
}

base::ByteSource& ScriptReader::copy_rows() { return open_->splitter->copy_rows(); }

Result<ScriptFacts> scan_script(std::span<const model::Step> steps, ports::Files& files,
                                const model::Dialect& dialect) {
  ScriptReader reader(steps, files, dialect);
  ScriptFacts facts;
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
  return model::position_in_step(*statement.step, line, column);
}

Error blame(Error error, const ScriptStatement& statement) {
  error.where = position_of(statement, error.statement_position);
  std::size_t size = max_excerpt_bytes;
  if (statement.text.size() <= size) {
    error.statement = statement.text;
  } else {
    while (size > 0 && (static_cast<unsigned char>(statement.text[size]) & 0xC0U) == 0x80U) --size;
    error.statement = std::string(statement.text.substr(0, size)) + " ...";
    if (error.statement_position > static_cast<std::int64_t>(size)) error.statement_position = -1;
  }
  return std::move(error).in("statement " + std::to_string(statement.number));
}

}  // namespace garboard::execution
