// SPDX-License-Identifier: Apache-2.0
// The least that a driver can be: it connects to nothing and runs nothing.
#include <garboard/driver.hpp>

namespace {

namespace sdk = garboard::sdk;

struct Outside {
  struct Connection {
    static std::int64_t exec(std::string_view sql, const sdk::Call& /*call*/) {
      throw sdk::Failure(GBD_E_SQL, "cannot run " + std::string(sql));
    }
    static void tx(std::int32_t /*op*/) {}
    static std::string server_info() { return "{}"; }
  };
  static std::string describe() {
    return R"({"name":"outside","ledger":{"create":["none"],"now":"none"}})";
  }
  static std::unique_ptr<Connection> open(std::string_view /*options*/) {
    return std::make_unique<Connection>();
  }
};

}  // namespace

GARBOARD_DRIVER(Outside, "outside", "1.0.0", "[\"outside\",\"out\"]")
