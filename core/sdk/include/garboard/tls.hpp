// SPDX-License-Identifier: Apache-2.0
// What drivers of databases on a network share about TLS: which servers have to prove who they are,
// and whose word is taken for it.
#pragma once

#include <arpa/inet.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace garboard::sdk {

/// True when what is sent to this host stays on the machine: `localhost`, 127.0.0.0/8 and ::1. A
/// name that only resolves to such an address is not local, since the resolver may change its mind.
inline bool is_local_host(std::string_view host) {
  constexpr std::string_view name = "localhost";
  if (host.size() == name.size()) {
    std::size_t same = 0;
    while (same < name.size() &&
           (host[same] == name[same] || host[same] == name[same] - ('a' - 'A')))
      ++same;
    if (same == name.size()) return true;
  }
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24U == 127U;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/// The file with the certificates of the authorities that this system trusts: SSL_CERT_FILE, or
/// where distributions keep it. Empty when there is none.
inline std::string system_authorities() {
  if (const char* named = secure_getenv("SSL_CERT_FILE"); named != nullptr && *named != '\0')
    return named;
  constexpr std::array places{
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, distroless
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
      "/etc/pki/tls/certs/ca-bundle.crt",                   // older ones of these
      "/etc/ssl/ca-bundle.pem",                             // SUSE
      "/etc/ssl/cert.pem",                                  // Alpine, BSD
  };
  for (const char* place : places)
    if (access(place, R_OK) == 0) return place;
  return {};
}

}  // namespace garboard::sdk
