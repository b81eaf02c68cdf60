// SPDX-License-Identifier: Apache-2.0
#include "common/http.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>

#include <garboard/plugin.hpp>

#include "common/curl_library.hpp"

namespace garboard::hooks {
namespace {

using std::chrono::milliseconds;
constexpr int most_tries = 3;
constexpr milliseconds one_try{3000};

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

/// An easy handle of libcurl with the list of headers that it borrows.
class Transfer {
 public:
  explicit Transfer(const CurlLibrary& curl) : curl_(curl), handle_(curl.easy_init()) {
    if (handle_ == nullptr) throw sdk::Failure(GBD_E_NOMEM, "libcurl could not begin");
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_.easy_cleanup(handle_);
    curl_.slist_free_all(headers_);
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_.easy_setopt(handle_, option, value);
  }
  void add_header(const std::string& header) {
    headers_ = curl_.slist_append(headers_, header.c_str());
  }
  CURLcode perform() {
    set(CURLOPT_HTTPHEADER, headers_);
    return curl_.easy_perform(handle_);
  }
  template <class Value>
  [[nodiscard]] Value info(CURLINFO which) const {
    Value value{};
    curl_.easy_getinfo(handle_, which, &value);
    return value;
  }

 private:
  const CurlLibrary& curl_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
};

void prepare(Transfer& transfer, const Request& request, milliseconds timeout) {
  transfer.set(CURLOPT_URL, request.url.c_str());
  transfer.set(CURLOPT_POST, 1L);
  transfer.set(CURLOPT_POSTFIELDS, request.body.data());
  transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  transfer.set(CURLOPT_WRITEFUNCTION, &ignore);
  transfer.set(CURLOPT_USERAGENT, "garboard");
  transfer.set(CURLOPT_NOSIGNAL, 1L);
  transfer.set(CURLOPT_QUICK_EXIT, 1L);  // waits for no name server at the end
  transfer.set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(timeout.count(), 1)));
  // The library itself does not look at what the program curl looks at.
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0')
    transfer.set(CURLOPT_CAINFO, file);
  if (const char* folder = std::getenv("SSL_CERT_DIR"); folder != nullptr && *folder != '\0')
    transfer.set(CURLOPT_CAPATH, folder);
  for (const std::string& header : request.headers) transfer.add_header(header);
  transfer.add_header("Expect:");
}

bool is_worth_another_try(const Response& response) {
  return response.status == 0 || response.status == 408 || response.status == 429 ||
         response.status >= 500;
}

/// About 250 ms, then about 1 s, so that many who failed at once do not come again at once.
milliseconds pause_before(int attempt) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int middle = attempt == 1 ? 250 : 1000;
  return milliseconds(std::uniform_int_distribution<int>(middle / 2, middle * 3 / 2)(random));
}

std::string outcome(const Response& response) {
  return response.status == 0 ? response.error : "answered " + std::to_string(response.status);
}

}  // namespace

Response post(const Request& request, milliseconds timeout) {
  if (origin_of(request.url).empty()) return {0, "its address is no http or https URL", {}};
  const CurlLibrary& curl = curl_library();
  Transfer transfer(curl);
  prepare(transfer, request, timeout);
  Response response;
  if (const CURLcode code = transfer.perform(); code != CURLE_OK) {
    response.error = curl.easy_strerror(code);
    return response;
  }
  response.status = transfer.info<long>(CURLINFO_RESPONSE_CODE);
  response.retry_after = std::chrono::seconds(
      std::max<curl_off_t>(transfer.info<curl_off_t>(CURLINFO_RETRY_AFTER), 0));
  return response;
}

void Deadline::shorten(milliseconds from_now) {
  const std::lock_guard lock(mutex_);
  end_ = std::min(end_, Clock::now() + from_now);
  shortened_.notify_all();
}

milliseconds Deadline::left() const {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (end_ <= now) return milliseconds(0);
  return std::chrono::duration_cast<milliseconds>(end_ - now);
}

bool Deadline::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  const auto until = Clock::now() + time;
  while (until < end_) {
    if (shortened_.wait_until(lock, until) == std::cv_status::timeout) return until < end_;
  }
  return false;
}

std::string deliver(const std::function<Request()>& make, Deadline& deadline) {
  for (int attempt = 1;; ++attempt) {
    const milliseconds left = deadline.left();
    if (left.count() == 0) return "there was no time left";
    const Request request = make();
    const Response response = post(request, std::min(one_try, left));
    if (response.is_success()) return {};
    std::string problem = origin_of(request.url) + ": " + outcome(response);
    if (attempt == most_tries || !is_worth_another_try(response)) return problem;
    if (!deadline.wait(std::max<milliseconds>(pause_before(attempt), response.retry_after)))
      return problem;
  }
}

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) return {};
  std::string_view authority = url.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find_first_of("/?#\\"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return authority.empty() ? "" : std::string(scheme) + "://" + std::string(authority);
}

bool has_credentials(std::string_view url) {
  const auto scheme_end = url.find("://");
  const auto begin = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin).find('@') !=
         std::string_view::npos;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char byte : text) {
    if (plain.find(byte) != std::string_view::npos) {
      encoded += byte;
    } else {
      const auto value = static_cast<unsigned char>(byte);
      encoded += {'%', digits[value >> 4U], digits[value & 15U]};
    }
  }
  return encoded;
}

}  // namespace garboard::hooks
