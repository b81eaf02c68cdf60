// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace firebird {
namespace {

constexpr unsigned sql_dialect = 3;

// Firebird 3 has no clock in UTC: the session keeps how far its own is off, in quarters of an hour.
constexpr const char* keep_utc_offset =
    "SELECT RDB$SET_CONTEXT('USER_SESSION', 'GARBOARD_UTC', 900 * CAST(DATEDIFF(SECOND, "
    "CURRENT_TIMESTAMP, CAST(? AS TIMESTAMP)) / 900.0 AS INTEGER)) FROM RDB$DATABASE";

// A CREATE TABLE that died with its process or client leaves pages of the next table's number
// behind, and with them no table of that number works (seen with 3.0.11). One that is made and
// dropped takes them away.
constexpr const char* has_left_pages =
    "SELECT COUNT(*) FROM RDB$PAGES JOIN RDB$DATABASE ON RDB$PAGES.RDB$RELATION_ID = "
    "RDB$DATABASE.RDB$RELATION_ID";
constexpr std::array<const char*, 2> take_left_pages_away{
    "RECREATE TABLE GARBOARD$SCRATCH (X INTEGER)", "DROP TABLE GARBOARD$SCRATCH"};

constexpr const char* make_lock_table =
    "EXECUTE BLOCK AS BEGIN IF (NOT EXISTS (SELECT 1 FROM RDB$RELATIONS WHERE RDB$RELATION_NAME = "
    "'GARBOARD$LOCKS')) THEN EXECUTE STATEMENT 'CREATE TABLE GARBOARD$LOCKS (LOCK_KEY VARCHAR(200) "
    "CHARACTER SET UTF8 NOT NULL PRIMARY KEY)'; END";
constexpr const char* make_lock_row =
    "INSERT INTO GARBOARD$LOCKS SELECT K FROM (SELECT CAST(? AS VARCHAR(200) CHARACTER SET UTF8) K "
    "FROM RDB$DATABASE) WHERE NOT EXISTS (SELECT 1 FROM GARBOARD$LOCKS WHERE LOCK_KEY = K)";
constexpr const char* take_lock_row = "SELECT 1 FROM GARBOARD$LOCKS WHERE LOCK_KEY = ? WITH LOCK";

/// Calls of the driver itself: text parameters, no rows.
class OwnCall {
 public:
  explicit OwnCall(std::string_view param) : param_(sdk::cell(param)) {
    call_.size = sizeof call_;
    call_.params = &param_;
    call_.n_params = 1;
  }
  [[nodiscard]] sdk::Call get() const noexcept { return sdk::Call(&call_); }

 private:
  gbd_str param_;
  gbd_call call_{};
};

/// Runs `body`, and says what Firebird's error means.
template <class Body>
auto translated(Doing doing, std::string_view sql, Body&& body) {
  try {
    return body();
  } catch (const fb::FbException& thrown) {
    throw failure_of(thrown, doing, sql);
  }
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

bool returns_rows(unsigned type) {
  return type == isc_info_sql_stmt_select || type == isc_info_sql_stmt_select_for_upd;
}
bool counts_rows(unsigned type) {
  return type == isc_info_sql_stmt_insert || type == isc_info_sql_stmt_update ||
         type == isc_info_sql_stmt_delete;
}
bool controls_transactions(unsigned type) {
  return type == isc_info_sql_stmt_start_trans || type == isc_info_sql_stmt_commit ||
         type == isc_info_sql_stmt_rollback;
}

}  // namespace

/// For as long as a statement runs. A cancel that came too late for it would else stop the next.
class Session::Cancellable {
 public:
  Cancellable(fb::IAttachment& attachment, Cancelling& cancelling)
      : attachment_(attachment), cancelling_(cancelling) {
    const std::lock_guard lock(cancelling_.mutex);
    cancelling_.is_running = true;
  }
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  ~Cancellable() {
    const std::lock_guard lock(cancelling_.mutex);
    cancelling_.is_running = false;
    if (!std::exchange(cancelling_.is_raised, false)) return;
    try {
      Status status;
      attachment_.cancelOperation(&status, fb_cancel_disable);  // forgets it
      attachment_.cancelOperation(&status, fb_cancel_enable);
    } catch (const fb::FbException&) {
      return;  // the connection is lost, as the next call will find
    }
  }

 private:
  fb::IAttachment& attachment_;
  Cancelling& cancelling_;
};

Session::Session(Options options) : options_(std::move(options)) {
  attachment_ = translated(Doing::opening, {}, [this] { return attach(); });
  const std::string now = utc_now();
  const OwnCall call(now);
  static_cast<void>(exec(keep_utc_offset, call.get()));
}

Ref<fb::IAttachment> Session::attach() {
  struct Dispose {
    void operator()(fb::IXpbBuilder* builder) const noexcept { builder->dispose(); }
  };
  const std::unique_ptr<fb::IXpbBuilder, Dispose> parameters(
      master()->getUtilInterface()->getXpbBuilder(&status_, fb::IXpbBuilder::DPB, nullptr, 0));
  const auto add = [&](unsigned char tag, const std::string& text) {
    if (!text.empty()) parameters->insertString(&status_, tag, text.c_str());
  };
  add(isc_dpb_lc_ctype, "UTF8");
  add(isc_dpb_user_name, options_.user);
  add(isc_dpb_password, options_.password);
  add(isc_dpb_process_name, options_.application);
  parameters->insertTag(&status_, isc_dpb_utf8_filename);
  if (options_.connect_timeout_s > 0)
    parameters->insertInt(&status_, isc_dpb_connect_timeout,
                          static_cast<int>(options_.connect_timeout_s));
  const Ref<fb::IProvider> provider(master()->getDispatcher());
  const auto open = [&](auto how, const std::string& name) {
    return Ref<fb::IAttachment>((provider.get()->*how)(&status_, name.c_str(),
                                                       parameters->getBufferLength(&status_),
                                                       parameters->getBuffer(&status_)));
  };
  const std::string& name = options_.database;
  try {
    return open(&fb::IProvider::attachDatabase<Status>, name);
  } catch (const fb::FbException& thrown) {
    if (!options_.creates || !is_about_opening_a_file(thrown)) throw;
  }
  status_.init();
  add(isc_dpb_set_db_charset, "UTF8");
  if (name.find(':') != std::string::npos)  // a server's, which does not die with this process
    return open(&fb::IProvider::createDatabase<Status>, name);
  // a process that dies meanwhile must not leave half a database under the name that was asked for
  const std::string unfinished = name + ".new-" + std::to_string(getpid());
  parameters->insertInt(&status_, isc_dpb_overwrite, 1);
  open(&fb::IProvider::createDatabase<Status>, unfinished).release()->detach(&status_);
  const bool is_named = link(unfinished.c_str(), name.c_str()) == 0;
  const std::error_code error(errno, std::generic_category());
  unlink(unfinished.c_str());
  if (!is_named && error != std::errc::file_exists)  // somebody else's is as good
    throw sdk::Failure(GBD_E_CONNECT, "giving the new database its name: " + error.message());
  return open(&fb::IProvider::attachDatabase<Status>, name);
}

Ref<fb::ITransaction> Session::begin(Wait wait) {
  std::vector<unsigned char> how{isc_tpb_version3, isc_tpb_read_committed, isc_tpb_rec_version};
  how.push_back(options_.is_read_only ? isc_tpb_read : isc_tpb_write);
  if (wait == Wait::none) {
    how.push_back(isc_tpb_nowait);
  } else {
    how.insert(how.end(), {isc_tpb_wait, isc_tpb_lock_timeout, 2,
                           static_cast<unsigned char>(options_.lock_timeout_s & 0xffU),
                           static_cast<unsigned char>(options_.lock_timeout_s >> 8U)});
  }
  return Ref<fb::ITransaction>(
      attachment_->startTransaction(&status_, static_cast<unsigned>(how.size()), how.data()));
}

void Session::commit(Ref<fb::ITransaction>& transaction) {
  translated(Doing::committing, {}, [&] { transaction->commit(&status_); });
  static_cast<void>(transaction.release());  // committing has done it
}

void Session::tx(std::int32_t op) {
  if (op == GBD_TX_BEGIN) {
    if (!options_.is_read_only) mend_catalog();
    transaction_ = translated(Doing::running, {}, [this] { return begin(Wait::limited); });
  } else if (op == GBD_TX_COMMIT) {
    commit(transaction_);
  } else if (op == GBD_TX_ROLLBACK) {
    if (transaction_ == nullptr) return;
    translated(Doing::running, {}, [this] { transaction_->rollback(&status_); });
    static_cast<void>(transaction_.release());
  } else {
    throw sdk::Failure(GBD_E_UNSUPPORTED, "Firebird always enforces foreign keys");
  }
}

std::int64_t Session::exec(std::string_view sql, const sdk::Call& call) {
  is_cancelled_ = false;
  return execute(sql, call);
}

std::int64_t Session::execute(std::string_view sql, const sdk::Call& call) {
  if (transaction_ != nullptr) return run(transaction_.get(), sql, call);
  try {
    return run_alone(sql, call);
  } catch (const sdk::Failure& failure) {
    if (!is_left_by_a_crash(failure)) throw;
  }
  mend_catalog();
  return run_alone(sql, call);
}

std::int64_t Session::run_alone(std::string_view sql, const sdk::Call& call) {
  auto own = translated(Doing::running, {}, [this] { return begin(Wait::limited); });
  const std::int64_t affected = run(own.get(), sql, call);
  commit(own);
  return affected;
}

std::int64_t Session::run(fb::ITransaction* transaction, std::string_view sql,
                          const sdk::Call& call) {
  const Cancellable cancellable(*attachment_, cancelling_);
  return translated(Doing::running, sql, [&]() -> std::int64_t {
    const Ref<fb::IStatement> statement(
        attachment_->prepare(&status_, transaction, static_cast<unsigned>(sql.size()), sql.data(),
                             sql_dialect, fb::IStatement::PREPARE_PREFETCH_METADATA));
    const unsigned type = statement->getType(&status_);
    if (controls_transactions(type))
      throw sdk::Failure(GBD_E_UNSUPPORTED, "a statement may not begin or end a transaction here");
    const Place place{status_, attachment_.get(), transaction};
    const Ref<fb::IMessageMetadata> described(statement->getInputMetadata(&status_));
    Parameters in(place, described.get(), call.params());
    const bool has_values = !call.params().empty();
    fetch(place, statement.get(), has_values ? in.metadata() : nullptr,
          has_values ? in.buffer() : nullptr, call);
    if (!counts_rows(type)) return -1;
    return static_cast<std::int64_t>(statement->getAffectedRecords(&status_));
  });
}

void Session::fetch(const Place& place, fb::IStatement* statement, fb::IMessageMetadata* in,
                    void* values, const sdk::Call& call) {
  const Ref<fb::IMessageMetadata> described(statement->getOutputMetadata(&status_));
  if (described->getCount(&status_) == 0) {
    statement->execute(&status_, place.transaction, in, values, nullptr, nullptr);
    return;
  }
  Row row(place, described.get());
  const std::vector<std::string> names = row.names();
  std::vector<gbd_str> heads;
  for (const std::string& name : names) heads.push_back(sdk::cell(name));
  call.columns(heads);
  if (!returns_rows(statement->getType(&status_))) {  // .. RETURNING, EXECUTE PROCEDURE
    statement->execute(&status_, place.transaction, in, values, row.metadata(), row.buffer());
    static_cast<void>(call.row(row.cells(place)));
    return;
  }
  const Ref<fb::IResultSet> rows(
      statement->openCursor(&status_, place.transaction, in, values, row.metadata(), 0));
  while (rows->fetchNext(&status_, row.buffer()) == fb::IStatus::RESULT_OK)
    if (!call.row(row.cells(place))) return;
}

std::string Session::ask(const char* sql) {
  std::string answer;
  gbd_call call{};
  call.size = sizeof call;
  call.ctx = &answer;
  call.row = [](void* text, const gbd_str* cells, std::size_t) noexcept -> std::int32_t {
    static_cast<std::string*>(text)->assign(sdk::view(cells[0]));
    return 0;
  };
  static_cast<void>(execute(sql, sdk::Call(&call)));
  return answer;
}

std::string Session::server_info() {
  const std::string version =
      ask("SELECT RDB$GET_CONTEXT('SYSTEM', 'ENGINE_VERSION') FROM RDB$DATABASE");
  const std::string user = ask("SELECT TRIM(CURRENT_USER) FROM RDB$DATABASE");
  const std::string session = ask("SELECT CURRENT_CONNECTION FROM RDB$DATABASE");
  const bool is_read_only = ask("SELECT MON$READ_ONLY FROM MON$DATABASE") == "1";
  const nlohmann::json info{{"product", "Firebird"},         {"version", version},
                            {"readOnly", is_read_only},      {"user", user},
                            {"database", options_.database}, {"session", session}};
  return info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool Session::try_lock(std::string_view key) {
  const OwnCall call(key);
  try {
    static_cast<void>(execute(make_lock_row, call.get()));
    Ref<fb::ITransaction> transaction =
        translated(Doing::running, {}, [this] { return begin(Wait::none); });
    static_cast<void>(run(transaction.get(), take_lock_row, call.get()));
    lock_ = std::move(transaction);
    return true;
  } catch (const sdk::Failure& failure) {
    if ((failure.flags & GBD_EF_RETRYABLE) != 0 || failure.native_code == isc_unique_key_violation)
      return false;  // somebody has it, or makes its row just now
    throw;
  }
}

void Session::lock(std::string_view key, std::int64_t timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(timeout_ms);
  is_cancelled_ = false;
  mend_catalog();
  static_cast<void>(execute(make_lock_table, sdk::Call(nullptr)));
  while (!try_lock(key)) {
    if (is_cancelled_ || sdk::is_cancelled())
      throw sdk::Failure(GBD_E_CANCELLED, "cancelled while waiting for the lock");
    if (Clock::now() >= end) throw sdk::Failure(GBD_E_LOCK_BUSY, "another run holds the lock");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  mend_catalog();  // the one before us may have died
}

void Session::mend_catalog() {
  try {
    for (int tries = 0; tries < 10 && ask(has_left_pages) != "0"; ++tries)
      for (const char* sql : take_left_pages_away)
        static_cast<void>(execute(sql, sdk::Call(nullptr)));
  } catch (const sdk::Failure& failure) {
    if ((failure.flags & GBD_EF_CONN_LOST) != 0) throw;
    sdk::log(0, "the catalog is in use: " + failure.message);
  }
}

void Session::unlock(std::string_view /*key*/) { lock_.reset(); }

void Session::cancel() {
  is_cancelled_ = true;
  const std::lock_guard lock(cancelling_.mutex);
  if (!cancelling_.is_running) return;
  cancelling_.is_raised = true;
  Status status;
  translated(Doing::running, {}, [&] { attachment_->cancelOperation(&status, fb_cancel_raise); });
}

}  // namespace firebird
