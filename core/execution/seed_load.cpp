// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_load.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "execution/seed_sql.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;

constexpr std::size_t rows_per_batch = 1000;
constexpr std::size_t max_batch_bytes = std::size_t{256} << 10U;  // far below any server's limit
constexpr std::uint64_t rows_between_words = 20'000;

/// Says how far it got, and ends when the run is to end.
class WatchedRows final : public RowSource {
 public:
  WatchedRows(RowSource& rows, const Worker& worker, const std::function<void(std::uint64_t)>& said)
      : rows_(rows), worker_(worker), said_(said) {}
  Result<bool> next() override {
    if (++count_ % rows_between_words == 0) {
      if (auto go = worker_.go_on(); !go) return std::move(go).error();
      said_(count_);
    }
    return rows_.next();
  }
  [[nodiscard]] std::span<const ports::Param> values() const noexcept override {
    return rows_.values();
  }
  [[nodiscard]] base::SourcePosition position_of(std::uint64_t n) override {
    return rows_.position_of(n);
  }

 private:
  RowSource& rows_;
  const Worker& worker_;
  const std::function<void(std::uint64_t)>& said_;
  std::uint64_t count_ = 0;
};

Error placed(Error error, RowSource& rows, std::optional<std::uint64_t> row) {
  if (row && error.where.file.empty()) error.where = rows.position_of(*row);
  return error;
}

/// Rows kept until there are enough of them for a call.
class RowBatch {
 public:
  RowBatch(Worker& worker, const std::string& table, const std::vector<std::string>& columns)
      : worker_(worker),
        table_(table),
        columns_(columns),
        per_statement_(std::max<std::size_t>(worker.dialect().seeds.rows_per_insert, 1)),
        statement_(insert_statement(worker.dialect(), table, columns, per_statement_)) {}

  void add(std::span<const ports::Param> values) {
    for (const ports::Param& value : values) {
      places_.push_back(value ? Place{bytes_.size(), value->size(), false} : Place{0, 0, true});
      if (value) bytes_ += *value;
    }
    ++rows_;
  }
  [[nodiscard]] bool is_full() const noexcept {
    return rows_ >= std::max(rows_per_batch, per_statement_) || bytes_.size() >= max_batch_bytes;
  }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

  /// Sends what is held. An error's row counts from the first one held.
  Result<void> flush() {
    if (rows_ == 0) return {};
    params_.clear();
    for (const Place& place : places_)
      params_.push_back(place.is_null
                            ? ports::Param()
                            : ports::Param(std::string_view(bytes_).substr(place.at, place.size)));
    const std::size_t last = rows_ % per_statement_;
    const std::string tail =
        last == 0 ? "" : insert_statement(worker_.dialect(), table_, columns_, last);
    statements_.clear();
    std::span<const ports::Param> left = params_;
    for (std::size_t row = 0; row < rows_; row += per_statement_) {
      const std::size_t n = std::min(per_statement_, rows_ - row) * columns_.size();
      statements_.push_back({row + per_statement_ <= rows_ ? statement_ : tail, left.first(n)});
      left = left.subspan(n);
    }
    auto sent = worker_.session->batch(statements_, false);
    if (!sent) return failed(std::move(sent).error());
    bytes_.clear();
    places_.clear();
    rows_ = 0;
    return {};
  }

 private:
  struct Place {
    std::size_t at, size;
    bool is_null;
  };

  [[nodiscard]] Error failed(Error error) const {
    const bool is_one = per_statement_ == 1 || rows_ == 1;
    const std::size_t before = error.batch_index.value_or(0) * per_statement_;
    if (error.row)
      error.row = before + *error.row;
    else if (is_one && error.batch_index)
      error.row = before + 1;
    return error;
  }

  Worker& worker_;
  const std::string& table_;
  const std::vector<std::string>& columns_;
  std::size_t per_statement_;
  std::string statement_;
  std::string bytes_;
  std::vector<Place> places_;
  std::size_t rows_ = 0;
  std::vector<ports::Param> params_;
  std::vector<ports::Statement> statements_;
};

}  // namespace

Result<std::uint64_t> SeedLoader::load(const std::string& table,
                                       const std::vector<std::string>& columns, RowSource& rows) {
  WatchedRows watched(rows, worker_, said_);
  if (!worker_.dialect().seeds.copy.empty() && !is_copy_refused_) {
    auto copied = copy(copy_statement(worker_.dialect(), table, columns), watched);
    if (copied || !is_copy_refused_) return copied;
  }
  return insert(table, columns, watched);
}

Result<std::uint64_t> SeedLoader::copy(const std::string& sql, RowSource& rows) {
  CopyText text(rows);
  auto copied = worker_.session->copy_in(sql, text);
  if (!copied) {
    Error error = std::move(copied).error();
    // said before the first row was asked for, so that nothing of them is lost
    is_copy_refused_ = error.code == Code::plugin && text.rows() == 0;
    const auto row = error.row;
    return placed(std::move(error), rows, row);
  }
  if (*copied >= 0 && std::cmp_not_equal(*copied, text.rows())) {
    return Error{.code = Code::statement_failed,
                 .message = "the server took " + std::to_string(*copied) + " of " +
                            std::to_string(text.rows()) + " rows",
                 .hint = "a trigger or rule that leaves rows out does not go with seeding"};
  }
  return text.rows();
}

Result<std::uint64_t> SeedLoader::insert(const std::string& table,
                                         const std::vector<std::string>& columns, RowSource& rows) {
  RowBatch batch(worker_, table, columns);
  std::uint64_t sent = 0;
  const auto flush = [&]() -> Result<void> {
    if (auto go = worker_.go_on(); !go) return go;
    const std::size_t n = batch.rows();
    auto flushed = batch.flush();
    if (!flushed) {
      Error error = std::move(flushed).error();
      const auto row = error.row ? std::optional(sent + *error.row) : std::nullopt;
      return placed(std::move(error), rows, row);
    }
    sent += n;
    return {};
  };
  while (true) {
    auto found = rows.next();
    if (!found) return std::move(found).error();
    if (*found) batch.add(rows.values());
    if (!*found || batch.is_full()) {
      if (auto flushed = flush(); !flushed) return std::move(flushed).error();
    }
    if (!*found) return sent;
  }
}

}  // namespace garboard::execution
