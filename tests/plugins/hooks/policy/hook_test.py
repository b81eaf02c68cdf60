#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hook policy in its own process; its rules have tests of their own."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from case import HookTest, event  # noqa: E402


class PolicyHook(HookTest):
    def test_a_config_that_fits_its_schema_is_taken(self):
        hook = self.hook({"environments": {"prod": {"unparsed": "error"}}})
        self.assertEqual(hook.event(event("before_run", migrations=[]))["verdict"], 0)


if __name__ == "__main__":
    sys.exit(unittest.main())
