/* SPDX-License-Identifier: Apache-2.0
 * A library whose exported functions lead to every type of abi.h, so that abidiff sees them: in a
 * plugin they hide behind get_interface's void pointer. */
#include <garboard/abi.h>

GBD_EXPORT const gbd_driver* garboard_driver_of(const gbd_plugin*);
GBD_EXPORT const gbd_hook* garboard_hook_of(const gbd_plugin*);
GBD_EXPORT const gbd_query* garboard_query_of(const gbd_host*);

const gbd_plugin* garboard_plugin_v1(void) { return NULL; }
const gbd_driver* garboard_driver_of(const gbd_plugin* plugin) {
  return plugin->get_interface("garboard.driver/1");
}
const gbd_hook* garboard_hook_of(const gbd_plugin* plugin) {
  return plugin->get_interface("garboard.hook/1");
}
const gbd_query* garboard_query_of(const gbd_host* host) {
  return host->get_interface(host, "garboard.query/1");
}
