// SPDX-License-Identifier: Apache-2.0
// Many statements in one call.
#include <array>
#include <string>
#include <vector>

#include "check.hpp"
#include "connection.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

struct Batch {
  Outcome outcome = {};
  std::size_t done = SIZE_MAX;
};

/// Inserts rows of those ids, each with a parameter.
Batch insert(Subject& subject, Connection& connection, const TextTable& table,
             const std::vector<int>& ids, std::uint32_t flags = 0) {
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const int id : ids)
    texts.push_back("INSERT INTO " + table.name() + " VALUES (" + std::to_string(id) + ", " +
                    placeholder(subject, 1) + ")");
  const std::array<gbd_str, 1> params{sdk::str("a")};
  std::vector<gbd_stmt> statements;
  statements.reserve(texts.size());
  for (const std::string& text : texts)
    statements.push_back({sdk::str(text), params.data(), params.size()});
  gbd_call call{};
  call.size = sizeof call;
  Batch batch;
  batch.outcome.status =
      subject.driver().batch(connection.raw(), statements.data(), statements.size(), flags, &call,
                             &batch.done, &batch.outcome.error);
  return batch;
}

void expect_done(const Batch& batch, bool is_ok, std::size_t done, const std::string& what) {
  expect(batch.outcome.is_ok() == is_ok, what +
                                             (is_ok ? ": it must succeed, and the answer was "
                                                    : ": it must fail, and the answer was ") +
                                             batch.outcome.text());
  expect(batch.done == done,
         what + ": *done must be " + std::to_string(done) + ", not " + std::to_string(batch.done));
}

void expect_rows(const TextTable& table, Connection& connection, std::int64_t rows,
                 const std::string& what) {
  const auto count = table.count(connection);
  expect(count == rows, what + ": it must leave " + std::to_string(rows) + " rows, and left " +
                            std::to_string(count));
}

void runs_batches(Subject& subject) {
  if (!GBD_HAS(gbd_driver, &subject.driver(), batch)) throw Skipped("the driver has no batch");
  const TextTable table(subject);
  Connection connection(subject);
  Connection other(subject);
  const auto run = [&](const std::vector<int>& ids, std::uint32_t flags = 0) {
    return insert(subject, connection, table, ids, flags);
  };
  expect_done(run({}), true, 0, "an empty batch");
  expect_done(run({1, 2}), true, 2, "a batch");
  expect_rows(table, other, 2, "a batch");
  const Batch failed = run({3, 1, 4});
  expect_done(failed, false, 1, "a batch whose second statement fails");
  expect(failed.outcome.status == GBD_E_SQL && failed.outcome.error.sqlstate.starts_with("23"),
         "the batch's error is not its second statement's: " + failed.outcome.text());
  expect_rows(table, other, 3, "a batch whose second statement fails");

  expect_done(run({5, 6}, GBD_BATCH_ATOMIC), true, 2, "an atomic batch");
  expect_rows(table, other, 5, "an atomic batch");
  expect_done(run({7, 1, 8}, GBD_BATCH_ATOMIC), false, 1,
              "an atomic batch whose second statement fails");
  expect_rows(table, other, 5, "an atomic batch whose second statement fails");

  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN) after an atomic batch that failed");
  expect_done(run({9, 10}), true, 2, "a batch in a transaction");
  must(connection.tx(GBD_TX_ROLLBACK), "tx(ROLLBACK)");
  expect_rows(table, other, 5, "a batch in a transaction that was rolled back");
}

constexpr std::array<Check, 1> checks{{
    {"exec.batch", "runs a batch up to the first failure, or as a whole", For::database,
     &runs_batches},
}};

}  // namespace

std::span<const Check> batch_checks() noexcept { return checks; }

}  // namespace garboard::conformance
