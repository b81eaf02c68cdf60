// SPDX-License-Identifier: Apache-2.0
#include "proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace garboard::postgres_tests {

namespace {

int local_socket(sockaddr_in& address, int port) {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return handle;
}

sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

bool send_all(int to, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = send(to, data, size, MSG_NOSIGNAL);
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

std::size_t length_at(const std::string& text, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8U | static_cast<unsigned char>(text[at + i]);
  return value;
}

}  // namespace

Proxy::Proxy(const std::string& host, int port) : server_port_(port), server_host_(host) {
  sockaddr_in address{};
  listener_ = local_socket(address, 0);
  socklen_t size = sizeof address;
  if (bind(listener_, generic(address), size) != 0 || listen(listener_, 8) != 0 ||
      getsockname(listener_, generic(address), &size) != 0)
    throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Proxy::~Proxy() {
  is_stopping_ = true;
  thread_.join();
  close(listener_);
}

int Proxy::count(char type) {
  const std::lock_guard guard(mutex_);
  return static_cast<int>(std::count(types_.begin(), types_.end(), type));
}

void Proxy::reset_counts() {
  const std::lock_guard guard(mutex_);
  types_.clear();
  round_trips_ = 0;
}

void Proxy::cut_at(const std::string& text, Cut how) {
  const std::lock_guard guard(mutex_);
  cut_text_ = text;
  cut_ = how;
}

void Proxy::serve() {
  while (!is_stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 50) <= 0) continue;
    const int driver = accept(listener_, nullptr, nullptr);
    sockaddr_in address{};
    const int server = local_socket(address, server_port_);
    inet_pton(AF_INET, server_host_.c_str(), &address.sin_addr);
    if (connect(server, generic(address), sizeof address) == 0) relay(driver, server);
    close(driver);
    close(server);
  }
}

bool Proxy::forward_messages(std::string& pending, int server) {
  const std::size_t prefix = is_started_ ? 1 : 0;  // the first message has no type
  while (pending.size() >= prefix + 4) {
    const std::size_t size = prefix + length_at(pending, prefix);
    if (pending.size() < size) return true;
    const std::string message = pending.substr(0, size);
    pending.erase(0, size);
    bool is_cut = false;
    {
      const std::lock_guard guard(mutex_);
      if (prefix == 1) types_ += message.front();
      is_cut = cut_ != Cut::none && message.find(cut_text_) != std::string::npos;
      if (is_cut && cut_ == Cut::before_forwarding) return false;
    }
    is_cutting_ = is_cutting_ || is_cut;
    if (!send_all(server, message.data(), message.size())) return false;
    if (!is_started_) {
      is_started_ = true;
      return forward_messages(pending, server);
    }
  }
  return true;
}

void Proxy::relay(int driver, int server) {
  std::string pending;
  std::array<char, 65536> buffer{};
  bool was_driver_last = false;
  is_started_ = false;
  is_cutting_ = false;
  while (!is_stopping_) {
    std::array<pollfd, 2> lines{{{driver, POLLIN, 0}, {server, POLLIN, 0}}};
    if (poll(lines.data(), lines.size(), 50) <= 0) continue;
    if (lines[0].revents != 0) {
      const ssize_t n = recv(driver, buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      was_driver_last = true;
      pending.append(buffer.data(), static_cast<std::size_t>(n));
      if (!forward_messages(pending, server)) return;
    }
    if (lines[1].revents != 0) {
      const ssize_t n = recv(server, buffer.data(), buffer.size(), 0);
      if (n <= 0 || is_cutting_) return;
      if (was_driver_last) ++round_trips_;
      was_driver_last = false;
      if (!send_all(driver, buffer.data(), static_cast<std::size_t>(n))) return;
    }
  }
}

}  // namespace garboard::postgres_tests
