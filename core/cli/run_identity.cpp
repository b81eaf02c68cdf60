// SPDX-License-Identifier: Apache-2.0
#include "cli/run_identity.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string_view>

#include "base/text.hpp"
#include "cli/database.hpp"
#include "cli/version.hpp"

namespace garboard::cli {

namespace {

constexpr std::size_t max_runner_bytes = 255;

using Bytes = std::array<unsigned char, 16>;

void fill_random(Bytes& bytes) {
  if (getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) return;
  std::random_device device;
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(device() & 0xFFU);
}

}  // namespace

std::string new_run_id() {
  using std::chrono::milliseconds;
  using std::chrono::system_clock;
  Bytes bytes{};
  fill_random(bytes);
  const auto ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  for (std::size_t i = 0; i < 6; ++i)
    bytes.at(i) = static_cast<unsigned char>((ms >> (40U - 8U * i)) & 0xFFU);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x70U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes.at(i) >> 4U];
    text += digits[bytes.at(i) & 15U];
  }
  return text;
}

std::string runner_name(const Environment& environment) {
  std::string user;
  for (const char* name : {"USER", "LOGNAME"})
    if (user.empty()) user = environment.get(name).value_or("");
  if (user.empty()) user = "uid " + std::to_string(geteuid());
  std::string host;
  for (const char* name : {"POD_NAME", "HOSTNAME"})
    if (host.empty()) host = environment.get(name).value_or("");
  if (host.empty()) {
    std::array<char, 256> own{};
    if (gethostname(own.data(), own.size() - 1) == 0) host = own.data();
  }
  std::string text = user + "@" + host;
  text.resize(base::clipped(text, max_runner_bytes).size());
  return text;
}

execution::RunOptions run_options(const CommandContext& context) {
  return {.ledger = ledger_options(context.settings),
          .run_id = new_run_id(),
          .applied_by = runner_name(context.environment),
          .tool_version = version_text(),
          .lock_wait = context.settings.duration("lock-wait"),
          .lock_timeout = context.settings.duration("lock-timeout"),
          .statement_timeout = context.settings.duration("statement-timeout"),
          .lock_retries = context.settings.count("lock-retries")};
}

}  // namespace garboard::cli
