# SPDX-License-Identifier: Apache-2.0
"""The checks: one module each, with a text that says what it does and `run(context)`."""
