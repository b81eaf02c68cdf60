// SPDX-License-Identifier: Apache-2.0
// What stands between a client and a server on the wire in the tests: a proxy that cuts the
// connection at a chosen moment, and a server that wants to be shown the password.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace garboard::mysql_test {

/// A listening socket on 127.0.0.1 that serves one client in a thread of its own.
class Listener {
 public:
  Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 protected:
  int listener_ = -1;
  std::thread thread_;

 private:
  std::uint16_t port_ = 0;
};

/// Passes bytes on until the client sends `trigger`; that still reaches the server, whose answer is
/// awaited and dropped, and then the client's connection ends.
class CuttingProxy : public Listener {
 public:
  CuttingProxy(std::uint16_t server_port, std::string trigger);
};

/// Greets like MySQL without TLS, answers the login and what follows with `answers`, one each, and
/// keeps what the client sent.
class NosyServer : public Listener {
 public:
  explicit NosyServer(std::vector<std::string> answers);
  /// What asks to log in by another plugin.
  [[nodiscard]] static std::string change_to(const std::string& plugin);
  [[nodiscard]] const std::string& received();

 private:
  std::string received_;
};

/// Greets like MySQL with TLS and breaks off once the client has begun to talk TLS.
class BrokenTlsServer : public Listener {
 public:
  enum class End { close, reset };
  explicit BrokenTlsServer(End end);
};

}  // namespace garboard::mysql_test
