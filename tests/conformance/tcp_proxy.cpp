// SPDX-License-Identifier: Apache-2.0
#include "tcp_proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "check.hpp"

namespace garboard::conformance {
namespace {

[[noreturn]] void give_up(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

/// -1 when there is no such server.
int connect_to(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw) != 0) return -1;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(raw, &::freeaddrinfo);
  for (const addrinfo* one = raw; one != nullptr; one = one->ai_next) {
    const int number = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, 0);
    if (number >= 0 && ::connect(number, one->ai_addr, one->ai_addrlen) == 0) return number;
    if (number >= 0) ::close(number);
  }
  return -1;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

TcpProxy::TcpProxy(std::string host, std::uint16_t port)
    : host_(std::move(host)),
      server_port_(std::to_string(port)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!(Descriptor(connect_to(host_, server_port_)).number() >= 0))
    throw Failed("no connection to port " + server_port_ + " of " + host_);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const int listener = listener_.number();
  if (listener < 0 || ::bind(listener, raw, size) != 0 || ::listen(listener, 8) != 0 ||
      ::getsockname(listener, raw, &size) != 0)
    give_up("a port of this machine");
  port_ = ntohs(address.sin_port);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("pipe");
  stop_reading_ = Descriptor(ends[0]);
  stop_writing_ = Descriptor(ends[1]);
  thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
  stop_writing_ = Descriptor();
  thread_.join();
}

void TcpProxy::run() {
  while (true) {
    std::vector<pollfd> waiting{{stop_reading_.number(), POLLIN, 0},
                                {listener_.number(), POLLIN, 0}};
    waiting.reserve(2 + 2 * links_.size());
    for (const Link& link : links_) {
      waiting.push_back({link.client.number(), POLLIN, 0});
      waiting.push_back({link.server.number(), POLLIN, 0});
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[0].revents != 0) return;
    std::vector<Link> open;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      Link& link = links_[i];
      const bool is_open = (waiting[2 + 2 * i].revents == 0 || pass_on(link, true)) &&
                           (waiting[3 + 2 * i].revents == 0 || pass_on(link, false));
      if (is_open) open.push_back(std::move(link));
    }
    links_ = std::move(open);
    if (waiting[1].revents != 0) take_client();
  }
}

void TcpProxy::take_client() {
  Link link{.client = Descriptor(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC)),
            .server = Descriptor(connect_to(host_, server_port_))};
  if (link.client.number() >= 0 && link.server.number() >= 0) links_.push_back(std::move(link));
}

/// False when the line is to be cut.
bool TcpProxy::pass_on(Link& link, bool is_from_client) {
  const Descriptor& from = is_from_client ? link.client : link.server;
  const Descriptor& to = is_from_client ? link.server : link.client;
  std::array<char, 65536> buffer{};
  const ssize_t n = ::recv(from.number(), buffer.data(), buffer.size(), 0);
  if (n <= 0) return n < 0 && errno == EINTR;
  if (is_armed_ && is_from_client) link.has_asked = true;
  if (link.has_asked && !is_from_client) return false;
  return send_all(to.number(), {buffer.data(), static_cast<std::size_t>(n)});
}

}  // namespace garboard::conformance
