// SPDX-License-Identifier: Apache-2.0
#include "password_guard.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace garboard::mysql {

#if defined(MARIADB_PACKAGE_VERSION_ID)
namespace {

using Authenticate = int (*)(void* io, MYSQL* handle);

// As mysql/client_plugin.h has it, which needs headers that not every distribution ships.
struct AuthenticationPlugin {
  st_mysql_client_plugin header;
  Authenticate authenticate;
};
constexpr int authentication_plugin = 2;
constexpr int login_failed = 0;

std::mutex mutex;
std::unordered_map<MYSQL*, PasswordGuard*> guards;  // of the logins under way
std::array<Authenticate, 2> originals{};

PasswordGuard* guard_of(MYSQL* handle) {
  const std::lock_guard lock(mutex);
  const auto found = guards.find(handle);
  return found == guards.end() ? nullptr : found->second;
}

template <std::size_t Index>
int guarded(void* io, MYSQL* handle) {
  PasswordGuard* const login = guard_of(handle);
  if (login != nullptr && !login->admits()) return login_failed;
  return originals[Index](io, handle);
}

// One that is not installed is left alone, and looked for again next time.
template <std::size_t Index>
void guard(MYSQL* handle, const char* name) {
  auto* const plugin = reinterpret_cast<AuthenticationPlugin*>(
      mysql_client_find_plugin(handle, name, authentication_plugin));
  if (plugin == nullptr || plugin->authenticate == &guarded<Index>) return;
  originals[Index] = plugin->authenticate;
  plugin->authenticate = &guarded<Index>;
}

}  // namespace

PasswordGuard::PasswordGuard(MYSQL* handle, const Options& options)
    : handle_(handle), mode_(options.tls) {
  // with verify_full the library itself says nothing to a server without TLS
  if (options.is_socket() || mode_ == TlsMode::disabled || mode_ == TlsMode::verify_full) return;
  const std::lock_guard lock(mutex);
  guard<0>(handle, "caching_sha2_password");
  guard<1>(handle, "sha256_password");
  guards.emplace(handle, this);
}

PasswordGuard::~PasswordGuard() {
  const std::lock_guard lock(mutex);
  guards.erase(handle_);
}

bool PasswordGuard::admits() noexcept {
  // the first plugin runs before TLS is begun, which the library does wherever it is offered
  if ((handle_->server_capabilities & CLIENT_SSL) != 0) return true;
  has_refused_ = mode_ != TlsMode::preferred;
  if (has_refused_) return false;
  // with these the library would wish for TLS once more
  for (const mysql_option file :
       {MYSQL_OPT_SSL_CA, MYSQL_OPT_SSL_CAPATH, MYSQL_OPT_SSL_CERT, MYSQL_OPT_SSL_KEY})
    mysql_options(handle_, file, nullptr);
  const my_bool wants_tls = 0;
  mysql_options(handle_, MYSQL_OPT_SSL_ENFORCE, &wants_tls);
  return true;
}

#else  // Oracle's library looks whether the connection is encrypted

PasswordGuard::PasswordGuard(MYSQL* handle, const Options& options)
    : handle_(handle), mode_(options.tls) {}
PasswordGuard::~PasswordGuard() = default;
bool PasswordGuard::admits() noexcept { return true; }

#endif

}  // namespace garboard::mysql
