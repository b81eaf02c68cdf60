// SPDX-License-Identifier: Apache-2.0
// One HTTP POST, and POSTs that are tried again. No message says more of an address than its host:
// the rest can be a secret.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::hooks {

struct Request {
  std::string url;
  std::vector<std::string> headers;  ///< "name: value"
  std::string body;
};

struct Response {
  long status = 0;    ///< 0: none came
  std::string error;  ///< why none came
  std::chrono::seconds retry_after{0};

  [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }
};

/// Sends it. Follows no redirection; certificates are checked, against SSL_CERT_FILE and
/// SSL_CERT_DIR where these are set. Throws sdk::Failure where there is no libcurl.
[[nodiscard]] Response post(const Request& request, std::chrono::milliseconds timeout);

/// A moment until which something may take, and which another thread may bring forward.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  Deadline() = default;
  explicit Deadline(std::chrono::milliseconds from_now) : end_(Clock::now() + from_now) {}
  /// [thread-safe] Not later than this, from now.
  void shorten(std::chrono::milliseconds from_now);
  /// [thread-safe]
  [[nodiscard]] std::chrono::milliseconds left() const;
  /// Waits; false, and at once, when the deadline comes before.
  [[nodiscard]] bool wait(std::chrono::milliseconds time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable shortened_;
  Clock::time_point end_ = Clock::time_point::max();
};

/// Posts what `make` makes, three times at most and 3 s each, until it succeeds; tries again after
/// no answer, 408, 429 and 5xx, not before Retry-After says. Empty when it succeeded, otherwise
/// what went wrong, for people.
[[nodiscard]] std::string deliver(const std::function<Request()>& make, Deadline& deadline);

/// "https://host:port" of a URL; empty when it is neither http nor https.
[[nodiscard]] std::string origin_of(std::string_view url);
/// Whether it names a user or a password.
[[nodiscard]] bool has_credentials(std::string_view url);
/// For a segment of a path.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace garboard::hooks
