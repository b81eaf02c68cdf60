/* SPDX-License-Identifier: Apache-2.0
 * What a compiled plugin has built in of abi.h on every 64-bit system: where each member lies, and
 * the value of each constant. A line of this file never changes; what is appended to a table gets
 * a line of its own, and the table's size is the one number that grows. Compiled as every C and
 * C++ that abi.h promises, and then uses its macros too. */
#include <garboard/abi.h>

#if defined(__cplusplus)
#define CLAIM(what) static_assert(what, #what)
#elif __STDC_VERSION__ >= 201112L
#define CLAIM(what) _Static_assert(what, #what)
#else
#define JOINED(a, b) a##b
#define NAMED(line) JOINED(claim_, line)
#define CLAIM(what)                     \
  struct NAMED(__LINE__) {              \
    unsigned claimed : (what) ? 1 : -1; \
  }
#endif
#define AT(type, member, offset) CLAIM(offsetof(type, member) == (offset))
#define SIZE(type, size) CLAIM(sizeof(type) == (size))

CLAIM(sizeof(void*) == 8);
CLAIM(GARBOARD_ABI_MAJOR == 1);

AT(gbd_str, ptr, 0);
AT(gbd_str, len, 8);
SIZE(gbd_str, 16);

AT(gbd_sink, ctx, 0);
AT(gbd_sink, write, 8);
SIZE(gbd_sink, 16);

AT(gbd_error_info, size, 0);
AT(gbd_error_info, flags, 4);
AT(gbd_error_info, native_code, 8);
AT(gbd_error_info, position, 16);
AT(gbd_error_info, sqlstate, 24);
AT(gbd_error_info, message, 40);
AT(gbd_error_info, detail, 56);
AT(gbd_error_info, hint, 72);
AT(gbd_error_info, context_json, 88);
SIZE(gbd_error_info, 104);

AT(gbd_host, size, 0);
AT(gbd_host, abi_minor, 4);
AT(gbd_host, name, 8);
AT(gbd_host, version, 24);
AT(gbd_host, log, 40);
AT(gbd_host, fail, 48);
AT(gbd_host, cancelled, 56);
AT(gbd_host, get_interface, 64);
SIZE(gbd_host, 72);

AT(gbd_stmt, sql, 0);
AT(gbd_stmt, params, 16);
AT(gbd_stmt, n_params, 24);
SIZE(gbd_stmt, 32);

AT(gbd_call, size, 0);
AT(gbd_call, flags, 4);
AT(gbd_call, timeout_ms, 8);
AT(gbd_call, params, 16);
AT(gbd_call, n_params, 24);
AT(gbd_call, ctx, 32);
AT(gbd_call, columns, 40);
AT(gbd_call, row, 48);
SIZE(gbd_call, 56);

AT(gbd_driver, size, 0);
AT(gbd_driver, flags, 4);
AT(gbd_driver, describe, 8);
AT(gbd_driver, open, 16);
AT(gbd_driver, close, 24);
AT(gbd_driver, server_info, 32);
AT(gbd_driver, exec, 40);
AT(gbd_driver, tx, 48);
AT(gbd_driver, render, 56);
AT(gbd_driver, batch, 64);
AT(gbd_driver, copy_in, 72);
AT(gbd_driver, lock, 80);
AT(gbd_driver, unlock, 88);
AT(gbd_driver, cancel, 96);
AT(gbd_driver, fingerprint, 104);
AT(gbd_driver, blockers, 112);
SIZE(gbd_driver, 120);

AT(gbd_hook, size, 0);
AT(gbd_hook, flags, 4);
AT(gbd_hook, describe, 8);
AT(gbd_hook, create, 16);
AT(gbd_hook, destroy, 24);
AT(gbd_hook, event, 32);
SIZE(gbd_hook, 40);

AT(gbd_query, size, 0);
AT(gbd_query, flags, 4);
AT(gbd_query, run, 8);
SIZE(gbd_query, 16);

AT(gbd_plugin, size, 0);
AT(gbd_plugin, abi_minor, 4);
AT(gbd_plugin, min_host_minor, 6);
AT(gbd_plugin, name, 8);
AT(gbd_plugin, version, 24);
AT(gbd_plugin, vendor, 40);
AT(gbd_plugin, license, 56);
AT(gbd_plugin, url, 72);
AT(gbd_plugin, init, 88);
AT(gbd_plugin, shutdown, 96);
AT(gbd_plugin, get_interface, 104);
SIZE(gbd_plugin, 112);

CLAIM(GBD_OK == 0);
CLAIM(GBD_E_INVALID == 1);
CLAIM(GBD_E_UNSUPPORTED == 2);
CLAIM(GBD_E_CONNECT == 3);
CLAIM(GBD_E_AUTH == 4);
CLAIM(GBD_E_SQL == 5);
CLAIM(GBD_E_CANCELLED == 6);
CLAIM(GBD_E_TIMEOUT == 7);
CLAIM(GBD_E_LOCK_BUSY == 8);
CLAIM(GBD_E_NOMEM == 9);
CLAIM(GBD_E_INTERNAL == 10);

CLAIM(GBD_EF_RETRYABLE == 1);
CLAIM(GBD_EF_CONN_LOST == 2);
CLAIM(GBD_EF_TX_ABORTED == 4);
CLAIM(GBD_EF_OUTCOME_UNKNOWN == 8);

CLAIM(GBD_TX_BEGIN == 0);
CLAIM(GBD_TX_COMMIT == 1);
CLAIM(GBD_TX_ROLLBACK == 2);
CLAIM(GBD_TX_BEGIN_UNCHECKED == 3);

CLAIM(GBD_BATCH_ATOMIC == 1);

CLAIM(GBD_ALLOW == 0);
CLAIM(GBD_WARN == 1);
CLAIM(GBD_DENY == 2);

GARBOARD_NOTE("{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"layout\",\"version\":\"1.0.0\"}");
CLAIM(sizeof(garboard_note_) % 4 == 0);
CLAIM(sizeof(garboard_note_.desc) >= sizeof("{\"abi\":\"1.0\",\"minHost\":\"1.0\""));

static const void* get_interface(const char* id) GBD_NX { return id; }
static void shut_down(void) GBD_NX {}
static const gbd_plugin plugin = {
    sizeof(gbd_plugin), GARBOARD_ABI_MINOR, 0,    GBD_LIT("layout"), GBD_LIT("1.0.0"), GBD_LIT(""),
    GBD_LIT(""),        GBD_LIT(""),        NULL, shut_down,         get_interface};
GBD_EXPORT const gbd_plugin* garboard_plugin_v1(void) GBD_NX {
  return GBD_HAS(gbd_plugin, &plugin, get_interface) ? &plugin : NULL;
}
