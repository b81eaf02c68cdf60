// SPDX-License-Identifier: Apache-2.0
// A hook with one fault, chosen by FAULT when it is compiled; "none" is sound. It is C++11 on the
// bare ABI: later ones would not compile a slot that throws, and the SDK would catch it.
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <garboard/abi.h>

#ifndef NOTED_VERSION
#define NOTED_VERSION "1.0.0"
#endif
GARBOARD_NOTE(
    "{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"broken\",\"version\":\"" NOTED_VERSION
    "\",\"kinds\":[\"hook\"]}");

namespace {

const gbd_host* host = nullptr;
bool has_fault(const char* name) { return std::strcmp(FAULT, name) == 0; }
bool holds(gbd_str text, const char* part) {
  return memmem(text.ptr, text.len, part, std::strlen(part)) != nullptr;
}

extern "C" void* wait_for_ever(void*) {
  while (true) pause();
}
void start_thread() {
  pthread_t thread;
  pthread_create(&thread, nullptr, &wait_for_ever, nullptr);
}

struct StartsThread {
  StartsThread() {
    if (has_fault("thread-at-load")) start_thread();
    if (has_fault("handler-at-load")) std::signal(SIGTERM, SIG_IGN);
  }
} at_load;

void write(const gbd_sink* sink, const char* text) {
  sink->write(sink->ctx, text, std::strlen(text));
}

gbd_status fail(gbd_error* error, gbd_status status, const char* message) {
  gbd_error_info info = gbd_error_info();
  info.size = sizeof info;
  info.position = -1;
  info.message.ptr = message;
  info.message.len = std::strlen(message);
  host->fail(error, &info);
  return status;
}

gbd_status describe(const gbd_sink* json, gbd_error*) {
  static int calls = 0;
  write(json, R"({"events":["before_run","run.succeeded"],"configSchema":{"type":"object",)"
              R"("additionalProperties":false}})");
  if (has_fault("unstable") && ++calls > 1) write(json, " ");
  return GBD_OK;
}

}  // namespace

struct gbd_hook_inst {
  char bytes[16];
};

namespace {

gbd_status create(gbd_str config, gbd_hook_inst** out, gbd_error* error) {
  const bool is_empty = config.len == 2 && std::memcmp(config.ptr, "{}", 2) == 0;
  if (!is_empty && !has_fault("any-config")) return fail(error, GBD_E_INVALID, "config: unknown");
  void* const memory = std::malloc(sizeof(gbd_hook_inst));
  if (memory == nullptr && !has_fault("no-check")) return fail(error, GBD_E_NOMEM, "out of memory");
  std::memset(memory, 0, sizeof(gbd_hook_inst));
  *out = static_cast<gbd_hook_inst*>(memory);
  if (has_fault("thread-stays")) start_thread();
  return GBD_OK;
}

void destroy(gbd_hook_inst* hook) {
  if (has_fault("hangs")) wait_for_ever(nullptr);
  std::free(hook);
}

gbd_status on_event(gbd_hook_inst*, gbd_str event, int32_t* verdict, const gbd_sink* findings,
                    gbd_error* error) {
  if (has_fault("crashes")) std::raise(SIGSEGV);
  if (has_fault("exits")) std::exit(0);
  if (has_fault("throws")) throw std::runtime_error("thrown");
  if (has_fault("prints")) std::puts("printed");
  if (has_fault("leaks") && std::malloc(1000) == nullptr) return GBD_E_NOMEM;
  if (has_fault("leaves-files") && dup(2) < 0) return GBD_E_INTERNAL;
  if (has_fault("strict") && !holds(event, "garboard.before_run"))
    return fail(error, GBD_E_INVALID, "an unknown event");
  if (has_fault("nonsense")) write(findings, "{\"findings\":");
  if (!has_fault("silent")) *verdict = has_fault("unknown-verdict") ? 9 : GBD_ALLOW;
  return GBD_OK;
}

const gbd_hook table = {sizeof(gbd_hook), 0, describe, create, destroy, on_event};

gbd_status init(const gbd_host* of_this_run, gbd_error*) {
  host = of_this_run;
  if (has_fault("old-host-only") && of_this_run->size != sizeof(gbd_host)) std::abort();
  return GBD_OK;
}

const void* get_interface(const char* id) {
  if (has_fault("any-interface")) return &table;
  return std::strcmp(id, "garboard.hook/1") == 0 ? &table : nullptr;
}

const gbd_plugin plugin = {
    sizeof(gbd_plugin), GARBOARD_ABI_MINOR, 0,    GBD_LIT("broken"), GBD_LIT("1.0.0"), GBD_LIT(""),
    GBD_LIT(""),        GBD_LIT(""),        init, nullptr,           get_interface};

}  // namespace

#ifdef EXPORTS_MORE
extern "C" GBD_EXPORT int garboard_more() { return 1; }
#endif

const gbd_plugin* garboard_plugin_v1() GBD_NX { return &plugin; }
