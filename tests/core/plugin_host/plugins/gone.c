/* SPDX-License-Identifier: Apache-2.0
 * A library that is linked but cannot be found when the plugin is loaded. */
int garboard_test_gone(void);
int garboard_test_gone(void) { return 1; }
