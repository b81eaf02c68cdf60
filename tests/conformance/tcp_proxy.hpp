// SPDX-License-Identifier: Apache-2.0
// Stands between a driver and its server, and can cut the line at the worst moment.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace garboard::conformance {

/// An open file of ours.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

class TcpProxy {
 public:
  /// Listens on a port of this machine; Failed when there is no such server.
  TcpProxy(std::string host, std::uint16_t port);
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;
  ~TcpProxy();

  [[nodiscard]] int port() const noexcept { return port_; }
  /// What the driver sends next still reaches the server. When that answers, both sides are cut and
  /// the driver gets nothing.
  void swallow_next_answer() noexcept { is_armed_ = true; }

 private:
  struct Link {
    Descriptor client, server;
    bool has_asked = false;  ///< since the answer is to be swallowed
  };
  void run();
  void take_client();
  [[nodiscard]] bool pass_on(Link& link, bool is_from_client);

  const std::string host_, server_port_;
  Descriptor listener_, stop_reading_, stop_writing_;
  int port_ = 0;
  std::atomic<bool> is_armed_ = false;
  std::vector<Link> links_;
  std::thread thread_;
};

}  // namespace garboard::conformance
