// SPDX-License-Identifier: Apache-2.0
// The driver of SQLite with one fault, chosen by FAULT when it is compiled: its tables, with one
// slot in front of which something stands.
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <garboard/abi.h>

GARBOARD_NOTE(
    "{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"broken\",\"version\":\"1.0.0\","
    "\"kinds\":[\"driver\"],\"schemes\":[\"broken\"]}");

namespace {

constexpr std::string_view fault = FAULT;
const gbd_plugin* sound = nullptr;
const gbd_driver* driver = nullptr;
const gbd_host* host = nullptr;
gbd_host altered_host;
gbd_driver altered;

std::string_view view(gbd_str text) { return {text.ptr, text.len}; }
gbd_str borrowed(std::string_view text) { return {text.data(), text.size()}; }

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
  return text;
}

gbd_error* nobody() {
  static char place;
  return reinterpret_cast<gbd_error*>(&place);
}

void fail(gbd_error* error, const gbd_error_info* info) noexcept {
  if (error == nobody()) return;
  gbd_error_info told = *info;
  if (fault == "position-in-characters" && told.position > 2) told.position -= 2;
  if (fault == "no-sqlstate") told.sqlstate = gbd_str{nullptr, 0};
  host->fail(error, &told);
}

gbd_status describe(const gbd_sink* json, gbd_error* error) noexcept {
  static int calls = 0;
  std::string text;
  const gbd_sink sink{&text, [](void* ctx, const char* bytes, std::size_t n) noexcept {
                        static_cast<std::string*>(ctx)->append(bytes, n);
                      }};
  const gbd_status status = driver->describe(&sink, error);
  if (fault == "implicit-commit")
    text = replaced(text, R"("transactionalDdl":true,"implicitCommit":false)",
                    R"("transactionalDdl":false,"implicitCommit":true)");
  if (fault == "backslashes")
    text = replaced(text, "\"triggerBodies\":true",
                    "\"triggerBodies\":true,\"backslashEscapes\":true");
  if (fault == "no-ledger") text = replaced(text, "\"ledger\"", "\"legder\"");
  if (fault == "unstable" && ++calls > 1) text += " ";
  json->write(json->ctx, text.data(), text.size());
  return status;
}

gbd_status open(gbd_str options, gbd_conn** out, gbd_error* error) noexcept {
  std::string text(view(options));
  if (fault == "leaks" && std::malloc(1000) == nullptr) return GBD_E_NOMEM;
  if (fault == "any-option") {
    const auto at = text.find("\"params\":{") + 10;
    text.erase(at, text.find('}', at) - at);
  }
  const gbd_status status = driver->open(borrowed(text), out, error);
  return fault == "wrong-status" && status == GBD_E_CONNECT ? GBD_E_INTERNAL : status;
}

void close(gbd_conn* connection) noexcept {
  if (fault == "commits-at-close") driver->tx(connection, GBD_TX_COMMIT, nobody());
  driver->close(connection);
}

/// The caller's callbacks, with something in between.
struct Between {
  const gbd_call* call;
  static void columns(void* ctx, const gbd_str* names, std::size_t n) noexcept {
    const auto& self = *static_cast<Between*>(ctx);
    if (GBD_HAS(gbd_call, self.call, columns)) self.call->columns(self.call->ctx, names, n);
  }
  static std::int32_t row(void* ctx, const gbd_str* cells, std::size_t n) noexcept {
    const auto& self = *static_cast<Between*>(ctx);
    std::string kept;
    gbd_str told[8];
    for (std::size_t i = 0; i < n && i < 8; ++i) {
      told[i] = cells[i];
      if (fault == "null-is-empty" && told[i].ptr == nullptr) told[i] = GBD_LIT("");
      if (fault == "cuts-cells" && told[i].len > 65535) told[i].len = 65535;
    }
    const std::int32_t enough = self.call->row(self.call->ctx, told, n);
    return fault == "never-stops" ? 0 : enough;
  }
};

gbd_status exec_one(gbd_conn* connection, std::string_view sql, const gbd_call* call,
                    std::int64_t* affected, gbd_error* error) noexcept {
  if (call == nullptr || !GBD_HAS(gbd_call, call, row))
    return driver->exec(connection, borrowed(sql), call, affected, error);
  Between between{call};
  gbd_call own = *call;
  own.ctx = &between;
  own.columns = &Between::columns;
  own.row = &Between::row;
  return driver->exec(connection, borrowed(sql), &own, affected, error);
}

gbd_status exec(gbd_conn* connection, gbd_str sql, const gbd_call* call, std::int64_t* affected,
                gbd_error* error) noexcept {
  std::string_view text = view(sql);
  if (fault == "reads-on") text = std::string_view(text.data(), std::strlen(text.data()));
  if (fault == "needs-a-call" && call->size != sizeof *call) std::abort();
  if (fault == "runs-two")
    if (const auto end = text.find(';'); end != std::string_view::npos) {
      const gbd_status first = exec_one(connection, text.substr(0, end), call, affected, error);
      if (first != GBD_OK) return first;
      text.remove_prefix(end + 1);
    }
  const gbd_status status = exec_one(connection, text, call, affected, error);
  if (fault == "counts-wrong" && affected != nullptr) *affected += 1;
  return status;
}

gbd_status lock(gbd_conn* connection, gbd_str key, std::int64_t timeout_ms,
                gbd_error* error) noexcept {
  if (fault == "lets-all-in") return GBD_OK;
  if (fault == "one-lock-for-all") key = GBD_LIT("all");
  return driver->lock(connection, key, fault == "does-not-wait" ? 0 : timeout_ms, error);
}

gbd_status unlock(gbd_conn* connection, gbd_str key, gbd_error* error) noexcept {
  if (fault == "lets-all-in") return GBD_OK;
  if (fault == "one-lock-for-all") key = GBD_LIT("all");
  return driver->unlock(connection, key, error);
}

gbd_status cancel(gbd_conn* connection, gbd_error* error) noexcept {
  return fault == "does-not-cancel" ? GBD_OK : driver->cancel(connection, error);
}

gbd_status render(gbd_conn* connection, gbd_str operation, const gbd_sink* json,
                  gbd_error* error) noexcept {
  const gbd_status status = driver->render(connection, operation, json, error);
  if (fault != "renders-anything" || status == GBD_OK) return status;
  constexpr std::string_view nothing = R"({"statements":["SELECT 1"]})";
  json->write(json->ctx, nothing.data(), nothing.size());
  return GBD_OK;
}

gbd_status init(const gbd_host* of_this_run, gbd_error* error) noexcept {
  host = of_this_run;
  altered_host = *of_this_run;
  altered_host.fail = &fail;
  // a host looks behind its own table, not behind a copy
  altered_host.log = [](const gbd_host*, std::int32_t level, gbd_str text,
                        gbd_str fields) noexcept { host->log(host, level, text, fields); };
  altered_host.cancelled = [](const gbd_host*) noexcept { return host->cancelled(host); };
  return sound->init == nullptr ? GBD_OK : sound->init(&altered_host, error);
}

const void* get_interface(const char* id) noexcept {
  if (std::string_view(id) != "garboard.driver/1") return nullptr;
  driver = static_cast<const gbd_driver*>(sound->get_interface(id));
  altered = *driver;
  altered.describe = &describe;
  altered.open = &open;
  altered.close = &close;
  altered.exec = &exec;
  altered.lock = &lock;
  altered.unlock = &unlock;
  altered.cancel = &cancel;
  altered.render = &render;
  return &altered;
}

void shutdown() noexcept {
  if (sound->shutdown != nullptr) sound->shutdown();
}

}  // namespace

const gbd_plugin* garboard_plugin_v1() noexcept {
  static gbd_plugin plugin;
  if (sound != nullptr) return &plugin;
  void* const library = dlopen(SOUND, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return nullptr;
  using Entry = const gbd_plugin* (*)();
  sound = reinterpret_cast<Entry>(dlsym(library, "garboard_plugin_v1"))();
  plugin = *sound;
  plugin.name = GBD_LIT("broken");
  plugin.version = GBD_LIT("1.0.0");
  plugin.init = &init;
  plugin.shutdown = &shutdown;
  plugin.get_interface = &get_interface;
  return &plugin;
}
