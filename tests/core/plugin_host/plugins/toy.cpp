// SPDX-License-Identifier: Apache-2.0
// A driver without a database: each statement is an order to the driver, so that tests can see what
// crosses the plugin boundary. TOY_PLAIN leaves out every optional function.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <garboard/driver.hpp>

namespace {

namespace sdk = garboard::sdk;

#ifdef TOY_PLAIN
#define TOY_NAME "plain"
#define TOY_SCHEMES "[\"plain\"]"
#else
#define TOY_NAME "toy"
#define TOY_SCHEMES "[\"toy\",\"toysql\"]"
#endif

sdk::Failure failure_of(std::string_view order) {
  sdk::Failure failure(GBD_E_SQL, "order refused: " + std::string(order));
  failure.sqlstate = "42000";
  failure.native_code = 7;
  failure.position = 5;
  failure.detail = "a detail";
  failure.hint = "a hint";
  if (order == "FAIL RETRYABLE") failure.flags = GBD_EF_RETRYABLE | GBD_EF_TX_ABORTED;
  if (order == "FAIL LOST") failure.flags = GBD_EF_CONN_LOST | GBD_EF_OUTCOME_UNKNOWN;
  if (order == "FAIL PERMISSION") failure.context_json = R"({"class":"permission"})";
  return failure;
}

class BasicConnection {
 public:
  std::int64_t exec(std::string_view sql, const sdk::Call& call) {
    orders_.emplace_back(sql);
    if (sql.starts_with("FAIL")) throw failure_of(sql);
    if (sql == "THROW") throw std::runtime_error("thrown inside the plugin");
    if (sql == "THROW INT") throw 42;
    if (sql == "PARAMS") static_cast<void>(call.row(call.params()));
    if (sql == "ORDERS") tell_orders(call);
    if (sql == "THREE") {
      for (int i = 0; i < 3; ++i) {
        rows_offered_ = i + 1;
        const std::string text = std::to_string(i);
        const gbd_str cells[] = {sdk::cell(text), sdk::null_str, sdk::cell("")};
        if (!call.row(cells)) break;
      }
    }
    if (sql == "OFFERED") return rows_offered_;
    return sql == "NO COUNT" ? -1 : 1;
  }
  void tx(std::int32_t op) {
    orders_.emplace_back(op == GBD_TX_BEGIN    ? "BEGIN"
                         : op == GBD_TX_COMMIT ? "COMMIT"
                                               : "ROLLBACK");
    if (op == GBD_TX_COMMIT && refuses_commit) throw failure_of("COMMIT");
  }
  std::string server_info() { return R"({"version":"1"})"; }

 protected:
  void tell_orders(const sdk::Call& call) {
    std::string all;
    for (const std::string& order : orders_) all += (all.empty() ? "" : ";") + order;
    const gbd_str cells[] = {sdk::cell(all)};
    static_cast<void>(call.row(cells));
  }
  std::vector<std::string> orders_;
  std::int64_t rows_offered_ = 0;

 public:
  bool refuses_commit = false;
};

#ifdef TOY_PLAIN
using ToyConnection = BasicConnection;
#else
class ToyConnection : public BasicConnection {
 public:
  std::int64_t exec(std::string_view sql, const sdk::Call& call) {
    if (sql != "SLEEP") return BasicConnection::exec(sql, call);
    is_sleeping_ = true;
    while (!is_cancelled_ && !sdk::is_cancelled())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    throw sdk::Failure(GBD_E_CANCELLED, "woken");
  }
  void batch(std::span<const gbd_stmt> statements, std::uint32_t flags, const sdk::Call&,
             std::size_t& done) {
    orders_.emplace_back((flags & GBD_BATCH_ATOMIC) != 0 ? "ATOMIC" : "BATCH");
    for (done = 0; done < statements.size(); ++done) {
      const gbd_stmt& statement = statements[done];
      if (sdk::view(statement.sql).starts_with("FAIL")) throw failure_of("in a batch");
      std::string order(sdk::view(statement.sql));
      for (const gbd_str& param : std::span(statement.params, statement.n_params))
        order += param.ptr == nullptr ? " NULL" : " '" + std::string(sdk::view(param)) + "'";
      orders_.push_back(order);
    }
  }
  std::int64_t copy_in(std::string_view, sdk::CopyReader read) {
    std::string all;
    char buffer[4];
    for (std::size_t n = read(buffer); n != 0; n = read(buffer)) all.append(buffer, n);
    orders_.push_back("COPIED " + all);
    return static_cast<std::int64_t>(all.size());
  }
  void lock(std::string_view key, std::int64_t) {
    if (key == "busy") throw sdk::Failure(GBD_E_LOCK_BUSY, "someone has it");
    orders_.push_back("LOCK " + std::string(key));
  }
  void unlock(std::string_view key) { orders_.push_back("UNLOCK " + std::string(key)); }
  void cancel() { is_cancelled_ = is_sleeping_.load(); }
  std::string fingerprint(std::string_view sql) {
    if (sql == "CANNOT TELL") throw sdk::Failure(GBD_E_UNSUPPORTED, "cannot tell");
    return "state of " + std::string(sql);
  }

 private:
  std::atomic<bool> is_sleeping_ = false;
  std::atomic<bool> is_cancelled_ = false;
};
#endif

struct Toy {
  using Connection = ToyConnection;
  static std::string describe() {
    return R"({"name":")" TOY_NAME
           R"(","displayName":"Toy","placeholders":"numbered","lexical":{"hashComments":true},)"
           R"("ledger":{"create":["CREATE {table}"],"now":"NOW","missingTable":["42P01"]}})";
  }
  static std::unique_ptr<Connection> open(std::string_view options) {
    if (options == "refuse") throw sdk::Failure(GBD_E_AUTH, "who are you?");
    auto connection = std::make_unique<Connection>();
    connection->refuses_commit = options == "refuse commits";
    return connection;
  }
};

}  // namespace

GARBOARD_DRIVER(Toy, TOY_NAME, "1.0.0", TOY_SCHEMES)
