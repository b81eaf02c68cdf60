// SPDX-License-Identifier: Apache-2.0
#include "cli/url.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view url_form = "scheme://[user[:password]@]host[:port]/database[?key=value]";

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Error refusal(std::string message) {
  return Error{.code = Code::bad_input,
               .message = "the database URL is not understood: " + std::move(message),
               .hint = "expected " + std::string(url_form) + ", or sqlite:path"};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// host[:port][/database][?params], cut but not decoded.
struct Location {
  std::string_view host, port, database, params;
  bool has_several_hosts = false;
};

bool is_host_char(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == '%' ||
         static_cast<unsigned char>(c) >= 0x80U;
}

bool is_port(std::string_view text) noexcept {
  return text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

std::optional<Location> take_one_host(std::string_view text) {
  Location location;
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == npos || end < 3) return std::nullopt;
    location.host = text.substr(1, end - 1);
    const auto is_address_char = [](char c) {
      return hex_value(c) >= 0 || c == ':' || c == '.' || c == '%';
    };
    const std::string_view address = location.host.substr(0, location.host.find('%'));
    if (!std::ranges::all_of(address, is_address_char) || address.find(':') == npos)
      return std::nullopt;
    ++end;
  } else {
    while (end < text.size() && is_host_char(text[end])) ++end;
    location.host = text.substr(0, end);
  }
  if (end == text.size()) return location;
  if (text[end] != ':') return std::nullopt;
  location.port = text.substr(end + 1);
  return is_port(location.port) ? std::optional(location) : std::nullopt;
}

std::optional<Location> cut_location(std::string_view text) {
  const std::size_t authority_end = text.find_first_of("/?");
  const std::string_view authority = text.substr(0, authority_end);
  Location location;
  if (authority.find(',') != npos) {
    for (std::size_t from = 0; from <= authority.size();) {
      const std::size_t comma = std::min(authority.find(',', from), authority.size());
      if (!take_one_host(authority.substr(from, comma - from))) return std::nullopt;
      from = comma + 1;
    }
    location.has_several_hosts = true;
  } else {
    const std::optional<Location> one = take_one_host(authority);
    if (!one) return std::nullopt;
    location = *one;
  }
  if (authority_end == npos) return location;
  std::string_view rest = text.substr(authority_end);
  const std::size_t question = rest.find('?');
  location.database = rest.substr(0, question);
  if (location.database.starts_with('/')) location.database.remove_prefix(1);
  if (question != npos) location.params = rest.substr(question + 1);
  return location;
}

Result<void> read_params(std::string_view text, Url& url) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == npos || equals == 0)
      return refusal("after '?' each parameter is written key=value");
    std::string key = decoded(pair.substr(0, equals));
    const auto is_same = [&](const auto& param) { return param.first == key; };
    if (std::ranges::any_of(url.params, is_same)) return refusal("a parameter is given twice");
    url.params.emplace_back(std::move(key), decoded(pair.substr(equals + 1)));
  }
  return {};
}

Result<void> read_file_name(std::string_view text, Url& url) {
  const std::size_t question = text.find('?');
  url.database = decoded(text.substr(0, question));
  if (url.database.empty()) return refusal("no file is named after '" + url.scheme + ":'");
  return question == npos ? Result<void>{} : read_params(text.substr(question + 1), url);
}

Result<void> read_location(const Location& location, Url& url) {
  if (location.has_several_hosts) {
    return Error{.code = Code::bad_input,
                 .message = "the database URL names several hosts",
                 .hint = "name one host: the address that follows the primary"};
  }
  if (!location.host.empty()) url.host = decoded(location.host);
  if (!location.port.empty()) {
    url.port = base::number_of<std::uint16_t>(location.port).value_or(0);
    if (url.port == 0) return refusal("the port is not a number from 1 to 65535");
  }
  url.database = decoded(location.database);
  return read_params(location.params, url);
}

Result<void> read_server(std::string_view text, Url& url) {
  for (std::size_t at = text.rfind('@'); at != npos;
       at = at == 0 ? npos : text.rfind('@', at - 1)) {
    const std::string_view credentials = text.substr(0, at);
    const std::size_t colon = credentials.find(':');
    // A user's name holds none of these raw: this '@' stands in a path or a parameter.
    if (credentials.substr(0, colon).find_first_of("/?#") != npos) continue;
    const std::optional<Location> location = cut_location(text.substr(at + 1));
    if (!location) continue;
    if (!credentials.substr(0, colon).empty()) url.user = decoded(credentials.substr(0, colon));
    if (colon != npos) url.password = decoded(credentials.substr(colon + 1));
    return read_location(*location, url);
  }
  const std::optional<Location> location = cut_location(text);
  if (!location) {
    return refusal("after '" + url.scheme + "://' no host with an optional :port can be read");
  }
  return read_location(*location, url);
}

bool has_control_character(const Url& url) {
  const auto is_bad = [](std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20U; });
  };
  const auto is_nul = [](std::string_view text) { return text.find('\0') != npos; };
  return is_bad(url.host.value_or("")) || is_bad(url.user.value_or("")) || is_bad(url.database) ||
         is_nul(url.password.value_or("")) || std::ranges::any_of(url.params, [&](const auto& p) {
           return is_bad(p.first) || is_nul(p.second);
         });
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> Url::secrets() const {
  std::vector<std::string> found;
  if (password) found.push_back(*password);
  for (const auto& [key, value] : params) {
    const std::string name = lowered(key);
    for (const std::string_view part : {"password", "passwd", "passphrase", "secret", "token"})
      if (name.find(part) != npos) {
        found.push_back(value);
        break;
      }
  }
  return found;
}

Result<Url> parse_url(std::string_view text) {
  text = trimmed(text);
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  const auto is_scheme_char = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (colon == npos || scheme.empty() || !is_letter(scheme.front()) ||
      !std::ranges::all_of(scheme, is_scheme_char))
    return refusal("it does not start with a scheme such as postgres://");
  Url url{.scheme = lowered(scheme)};
  if (url.scheme == "jdbc") return refusal("leave out the leading 'jdbc:'");
  std::string_view rest = text.substr(colon + 1);
  const bool has_authority = rest.starts_with("//");
  if (has_authority) rest.remove_prefix(2);
  const bool is_file = !has_authority || url.scheme == "sqlite" || url.scheme == "sqlite3";
  const Result<void> read = is_file ? read_file_name(rest, url) : read_server(rest, url);
  if (!read) return read.error();
  if (has_control_character(url)) return refusal("it holds a control character");
  return url;
}

std::string url_text(const Url& url) {
  std::string text = url.scheme + ":";
  if (url.scheme == "sqlite" || url.scheme == "sqlite3") {
    text += encoded(url.database);
  } else {
    text += "//" + encoded(url.user.value_or(""));
    if (url.password) text += ":" + encoded(*url.password);
    if (url.user || url.password) text += "@";
    const std::string host = url.host.value_or("");
    text += host.find(':') == std::string::npos ? encoded(host) : "[" + host + "]";
    if (url.port) text += ":" + std::to_string(*url.port);
    text += "/" + encoded(url.database);
  }
  char before = '?';
  for (const auto& [key, value] : url.params) {
    text += before + encoded(key) + "=" + encoded(value);
    before = '&';
  }
  return text;
}

}  // namespace garboard::cli
