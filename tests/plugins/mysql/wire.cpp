// SPDX-License-Identifier: Apache-2.0
#include "plugins/mysql/wire.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

namespace garboard::mysql_test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int dial(std::uint16_t port) {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return server;
}

// Empty at the end of the stream.
std::string receive(int from) {
  std::array<char, 65536> buffer{};
  const ssize_t n = recv(from, buffer.data(), buffer.size(), 0);
  return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string();
}

bool deliver(int to, std::string_view bytes) {
  return send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void relay_until(int client, int server, const std::string& trigger) {
  std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  while (poll(ends.data(), ends.size(), -1) > 0) {
    if (ends[0].revents != 0) {
      const std::string bytes = receive(client);
      if (bytes.empty() || !deliver(server, bytes)) return;
      if (bytes.find(trigger) != std::string::npos) {
        static_cast<void>(receive(server));
        return;
      }
    }
    if (ends[1].revents != 0) {
      const std::string bytes = receive(server);
      if (bytes.empty() || !deliver(client, bytes)) return;
    }
  }
}

std::string packet(char sequence, std::string_view payload) {
  std::string bytes{static_cast<char>(payload.size()), '\0', '\0', sequence};
  return bytes.append(payload);
}

// Protocol 10, version, connection 1, scramble, and the capabilities that logging in needs.
std::string greeting(bool offers_tls) {
  std::string payload(
      "\x0a"
      "8.0.0\0"
      "\1\0\0\0"
      "12345678"
      "\0"
      "\x09\x82"
      "\x2d"
      "\2\0"
      "\x08\0"
      "\x15"
      "\0\0\0\0\0\0\0\0\0\0"
      "123456789012\0"
      "caching_sha2_password\0",
      73);
  constexpr std::size_t capabilities = 21;
  if (offers_tls) payload[capabilities] = '\x8a';
  return packet(0, payload);
}

}  // namespace

Listener::Listener() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      listen(listener_, 1) == 0 &&
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    port_ = ntohs(address.sin_port);
}

Listener::~Listener() {
  shutdown(listener_, SHUT_RDWR);  // ends an accept that nobody came for
  if (thread_.joinable()) thread_.join();
  close(listener_);
}

CuttingProxy::CuttingProxy(std::uint16_t server_port, std::string trigger) {
  thread_ = std::thread([this, server_port, trigger = std::move(trigger)] {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int server = dial(server_port);
    if (server >= 0) relay_until(client, server, trigger);
    close(client);
    close(server);
  });
}

NosyServer::NosyServer(std::vector<std::string> answers) {
  thread_ = std::thread([this, answers = std::move(answers)] {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    deliver(client, greeting(false));
    received_ = receive(client);
    char sequence = 2;
    for (const std::string& answer : answers) {
      deliver(client, packet(sequence, answer));
      received_ += receive(client);
      sequence = static_cast<char>(sequence + 2);
    }
    deliver(client, packet(sequence, std::string("\0\0\0\2\0\0\0", 7)));
    for (std::string more = receive(client); !more.empty(); more = receive(client))
      received_ += more;
    close(client);
  });
}

std::string NosyServer::change_to(const std::string& plugin) {
  return "\xfe" + plugin + '\0' + "12345678123456789012" + '\0';
}

BrokenTlsServer::BrokenTlsServer(End end) {
  thread_ = std::thread([this, end] {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    deliver(client, greeting(true));
    // the request for TLS, which the client may have sent in one go with its first word of TLS
    constexpr std::size_t request = 36;
    std::string heard;
    for (std::string more = receive(client); !more.empty(); more = receive(client)) {
      heard += more;
      if (heard.size() > request) break;
    }
    const linger at_once{1, 0};
    if (end == End::reset) setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(client);
  });
}

const std::string& NosyServer::received() {
  if (thread_.joinable()) thread_.join();
  return received_;
}

}  // namespace garboard::mysql_test
