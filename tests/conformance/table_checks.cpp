// SPDX-License-Identifier: Apache-2.0
// The tables through which plugin and host know each other, in older and newer sizes.
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "check.hpp"
#include "connection.hpp"
#include "guarded.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

void fills_its_tables(Subject& subject) {
  if (subject.is_a("driver")) (void)subject.driver();
  if (subject.is_a("hook")) (void)subject.hook();
}

void knows_no_other_interfaces(Subject& subject) {
  const gbd_plugin& plugin = subject.plugin();
  static constexpr std::array<const char*, 7> ids{"",
                                                  "garboard.driver",
                                                  "garboard.driver/",
                                                  "garboard.driver/10",
                                                  "garboard.driver/1x",
                                                  "garboard.hook/1 ",
                                                  "com.example.unknown/1"};
  for (const char* const id : ids)
    expect(plugin.get_interface(id) == nullptr,
           std::string("get_interface(\"") + id + "\") must be NULL");
}

/// A gbd_call of the first revision has no room for callbacks; what is behind it is not ours.
void takes_a_shorter_call(Subject& subject) {
  const TextTable table(subject);
  Connection connection(subject);
  gbd_call call{};
  call.size = offsetof(gbd_call, params);
  const Guarded kept({reinterpret_cast<const char*>(&call), call.size});
  const std::string sql = "INSERT INTO " + table.name() + " VALUES (1, 'a')";
  Outcome outcome;
  outcome.status = subject.driver().exec(connection.raw(), sdk::str(sql),
                                         static_cast<const gbd_call*>(kept.data()),
                                         &outcome.affected, &outcome.error);
  must(outcome, "exec with a gbd_call of " + std::to_string(call.size) + " bytes");
  outcome.status = subject.driver().exec(connection.raw(), sdk::str("DELETE FROM " + table.name()),
                                         nullptr, nullptr, &outcome.error);
  must(outcome, "exec without a gbd_call and without affected");
}

/// Runs the plugin's init with a host's table of another size or minor.
void starts_with(Subject& subject, const gbd_host& table, std::size_t size) {
  // as in the host, what is behind the table belongs to its owner, so it stays where it was
  static std::vector<std::byte> kept;
  kept.assign(size, std::byte{0xA5});
  std::memcpy(kept.data(), &table, sizeof table);
  const gbd_plugin& plugin = subject.plugin();
  if (plugin.init == nullptr) throw Skipped("it has no init");
  gbd_error error;
  const gbd_status status = plugin.init(reinterpret_cast<const gbd_host*>(kept.data()), &error);
  expect(status == GBD_OK, "init: " + name_of(status) + ": " + error.message);
  if (plugin.shutdown != nullptr) plugin.shutdown();
}

gbd_host quiet_host() {
  gbd_host host{};
  host.size = sizeof host;
  host.abi_minor = GARBOARD_ABI_MINOR;
  host.name = GBD_LIT("garboard");
  host.version = GBD_LIT("9.9.9");
  host.log = [](const gbd_host*, std::int32_t, gbd_str, gbd_str) noexcept {};
  host.fail = [](gbd_error*, const gbd_error_info*) noexcept {};
  host.cancelled = [](const gbd_host*) noexcept -> std::int32_t { return 0; };
  host.get_interface = [](const gbd_host*, const char*) noexcept -> const void* { return nullptr; };
  return host;
}

void starts_with_a_newer_host(Subject& subject) {
  gbd_host host = quiet_host();
  host.size = sizeof host + 64;
  host.abi_minor = GARBOARD_ABI_MINOR + 7;
  starts_with(subject, host, host.size);
}

void starts_with_its_oldest_host(Subject& subject) {
  gbd_host host = quiet_host();
  host.abi_minor = subject.plugin().min_host_minor;
  starts_with(subject, host, host.size);
}

void ends_what_it_started(Subject& subject) {
  fills_its_tables(subject);
  subject.shut_down();
}

constexpr std::array<Check, 6> checks{{
    {"table.slots", "fills every mandatory slot of tables that are large enough", For::plugin,
     &fills_its_tables},
    {"table.interfaces", "answers NULL to interfaces that it does not have", For::plugin,
     &knows_no_other_interfaces},
    {"table.call", "works with a shorter gbd_call, and with none", For::database,
     &takes_a_shorter_call},
    {"table.newer_host", "starts with a newer host, whose table is longer", For::plugin,
     &starts_with_a_newer_host},
    {"table.oldest_host", "starts with the oldest host that it says it can", For::plugin,
     &starts_with_its_oldest_host},
    {"table.shutdown", "can be shut down without having been used", For::plugin,
     &ends_what_it_started},
}};

}  // namespace

std::span<const Check> table_checks() noexcept { return checks; }

}  // namespace garboard::conformance
