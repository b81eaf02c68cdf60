#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schema_agreement.py for seeds: schema/seed.schema.json and their decoder.

Usage: seed_agreement.py SCHEMA SEED_VERDICTS DATA_FOLDER EXAMPLES_FOLDER
"""
import re
import sys

import schema_agreement

# Beyond the words of one document: other files, other rows, meaning.
schema_agreement.DECODER_ONLY = re.compile(
    "does not exist|leaves the folder|is a directory|no id can be made|stands here for the second"
    "|no row is named|for the second time|which is part of the table's key"
    "|and it is part of the table's key")
schema_agreement.VALUES = [
    0, 1, 1.5, "", "x", " x", "a b", "a,b", "a.b", "a\nb", "\t", ";", ";;", "\"", "1", "once",
    "reconcile", "postgres", "Postgres", "ü", "a" * 101, "a" * 129, "/x", "../x", "rows.csv", True,
    False, None, [], ["a"], ["a", "b"], ["a", "a"], [""], [1], [[]], [None], {}, {"a": 1},
    {"ref": "one.id"}, {"ref": "one"}, {"ref": 1}, {"where": "x"}, {"where": " "},
    {"file": "rows.csv"}, [{"a": 1}], [{"as": "y", "a": 1}], [{}], {"a": None}]
schema_agreement.KEYS = [
    "version", "id", "name", "database", "environments", "mode", "tables", "table", "schema", "key",
    "delete", "rows", "csv", "file", "delimiter", "null_text", "columns", "where", "as", "ref",
    "$schema", "other"]

sys.exit(schema_agreement.main())
