/* SPDX-License-Identifier: Apache-2.0
 * A hook in C99: nothing is changed while the file that FREEZE_FILE names is there. In the hooks
 * file it needs env: [FREEZE_FILE]. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <garboard/abi.h>

GARBOARD_NOTE(
    "{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"freeze\",\"version\":\"1.0.0\","
    "\"kinds\":[\"hook\"],\"events\":[\"before_run\"]}");

struct gbd_hook_inst {
  const char* file;
};

static const gbd_host* host;

static void write_text(const gbd_sink* sink, const char* text) {
  sink->write(sink->ctx, text, strlen(text));
}

static gbd_status fail(gbd_error* error, gbd_status status, const char* message) {
  gbd_error_info info = {.size = sizeof info, .position = -1};
  info.message.ptr = message;
  info.message.len = strlen(message);
  host->fail(error, &info);
  return status;
}

static gbd_status describe(const gbd_sink* json, gbd_error* error) {
  (void)error;
  write_text(json,
             "{\"events\":[\"before_run\"],"
             "\"configSchema\":{\"type\":\"object\",\"maxProperties\":0}}");
  return GBD_OK;
}

static int is_empty(gbd_str config) {
  return config.len == 0 || (config.len == 2 && memcmp(config.ptr, "{}", 2) == 0);
}

static gbd_status create(gbd_str config, gbd_hook_inst** out, gbd_error* error) {
  gbd_hook_inst* hook;
  if (!is_empty(config)) return fail(error, GBD_E_INVALID, "there is nothing to configure");
  hook = malloc(sizeof *hook);
  if (hook == NULL) return fail(error, GBD_E_NOMEM, "out of memory");
  hook->file = getenv("FREEZE_FILE");
  if (hook->file == NULL) {
    free(hook);
    return fail(error, GBD_E_INVALID, "FREEZE_FILE is not set");
  }
  *out = hook;
  return GBD_OK;
}

static void destroy(gbd_hook_inst* hook) { free(hook); }

static gbd_status on_event(gbd_hook_inst* hook, gbd_str event, int32_t* verdict,
                           const gbd_sink* findings, gbd_error* error) {
  struct stat status;
  (void)event, (void)error; /* it asked for one event, and all of those are alike to it */
  *verdict = stat(hook->file, &status) == 0 ? GBD_DENY : GBD_ALLOW;
  if (*verdict == GBD_DENY) {
    write_text(findings,
               "{\"findings\":[{\"rule\":\"freeze\",\"severity\":\"error\","
               "\"message\":\"changes are frozen: the file of FREEZE_FILE is there\"}]}");
  }
  return GBD_OK;
}

static const gbd_hook hook_table = {.size = sizeof(gbd_hook),
                                    .describe = describe,
                                    .create = create,
                                    .destroy = destroy,
                                    .event = on_event};

static gbd_status init(const gbd_host* of_this_run, gbd_error* error) {
  (void)error;
  host = of_this_run;
  return GBD_OK;
}

static const void* get_interface(const char* id) {
  return strcmp(id, "garboard.hook/1") == 0 ? &hook_table : NULL;
}

static const gbd_plugin plugin = {.size = sizeof(gbd_plugin),
                                  .abi_minor = GARBOARD_ABI_MINOR,
                                  .name = GBD_LIT("freeze"),
                                  .version = GBD_LIT("1.0.0"),
                                  .init = init,
                                  .get_interface = get_interface};

const gbd_plugin* garboard_plugin_v1(void) { return &plugin; }
