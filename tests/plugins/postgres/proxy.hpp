// SPDX-License-Identifier: Apache-2.0
// A relay between the driver and the server that counts what the driver sends and can cut the line
// at a chosen message. Plain connections only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace garboard::postgres_tests {

enum class Cut {
  none,
  before_forwarding,  ///< the message never reaches the server
  before_answering,   ///< the server gets it, the driver hears nothing more
};

class Proxy {
 public:
  Proxy(const std::string& host, int port);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  [[nodiscard]] int port() const noexcept { return port_; }
  /// How many messages of this type the driver has sent since the last reset.
  [[nodiscard]] int count(char type);
  /// Changes of direction: what the driver sent at once, answered, is one round trip.
  [[nodiscard]] int round_trips() const noexcept { return round_trips_; }
  void reset_counts();
  /// Cuts the line at the first message whose body contains `text`.
  void cut_at(const std::string& text, Cut how);

 private:
  void serve();
  void relay(int driver, int server);
  /// Forwards complete messages; false when the line is to be cut.
  bool forward_messages(std::string& pending, int server);

  int listener_ = -1;
  int port_ = 0;
  int server_port_ = 0;
  std::string server_host_;
  std::mutex mutex_;
  std::string types_;
  std::string cut_text_;
  Cut cut_ = Cut::none;
  std::atomic<int> round_trips_ = 0;
  std::atomic<bool> is_stopping_ = false;
  bool is_cutting_ = false;
  bool is_started_ = false;
  std::thread thread_;
};

}  // namespace garboard::postgres_tests
