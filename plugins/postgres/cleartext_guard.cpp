// SPDX-License-Identifier: Apache-2.0
#include "cleartext_guard.hpp"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace garboard::postgres {

namespace {

constexpr std::uint32_t authentication_ok = 0;
constexpr std::uint32_t authentication_cleartext = 3;
constexpr std::size_t header_size = 5;

[[noreturn]] void refuse_cleartext() {
  sdk::Failure failure(GBD_E_AUTH,
                       "the server asks for the password in clear over a connection that is not "
                       "encrypted");
  failure.hint =
      "use sslmode=require or better, let the server use scram-sha-256, or ask for it with "
      "allowCleartextPassword=true";
  throw failure;
}

[[noreturn]] void refuse_unexpected() {
  throw sdk::Failure(GBD_E_CONNECT,
                     "the server does not keep to the protocol while it authenticates");
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) noexcept {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(at, 4)) value = (value << 8U) | static_cast<unsigned char>(c);
  return value;
}

enum class Walk { complete, incomplete };

/// Walks the messages up to the end of authentication.
Walk walk_messages(std::string_view bytes, std::size_t capacity) {
  while (!bytes.empty()) {
    const char type = bytes.front();
    if (type == 'E') return Walk::complete;  // libpq gives up at it
    if (type != 'R' && type != 'v' && type != 'N') refuse_unexpected();
    if (bytes.size() < header_size) return Walk::incomplete;
    const std::size_t size = std::size_t{1} + number_at(bytes, 1);
    if (size < header_size || size > capacity) refuse_unexpected();
    if (bytes.size() < size) return Walk::incomplete;
    if (type == 'R') {
      if (size < header_size + 4) refuse_unexpected();
      const std::uint32_t request = number_at(bytes, header_size);
      if (request == authentication_cleartext) refuse_cleartext();
      if (request == authentication_ok) return Walk::complete;
    }
    bytes.remove_prefix(size);
  }
  return Walk::complete;
}

}  // namespace

bool may_read_authentication(PGconn* connection) {
  const ConnStatusType state = PQstatus(connection);
  if (state != CONNECTION_SSL_STARTUP && state != CONNECTION_AWAITING_RESPONSE) return true;
  if (PQsslInUse(connection) != 0 || PQgssEncInUse(connection) != 0) return true;
  std::array<char, 16384> buffer{};
  const ssize_t n =
      recv(PQsocket(connection), buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
  if (n <= 0) return true;  // libpq finds out what is wrong
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
  if (state == CONNECTION_SSL_STARTUP) {
    // After its "no TLS" a server waits for us; more would be read without being looked at.
    if (bytes.front() == 'N' && bytes.size() > 1) refuse_unexpected();
    return true;
  }
  return walk_messages(bytes, buffer.size()) == Walk::complete;
}

}  // namespace garboard::postgres
