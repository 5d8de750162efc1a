#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the #include lines of every folder against the table of cmake/layers.cmake: arrows go one way.

Tests (*_test.cc, testing/) may include anything; what is shipped includes no tests, and nothing of bench/, fuzz/ and tests/.
The simulator takes its stores from the tests of their ports. Prints each wrong arrow; exits 1 when there is one.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
table = {
    name: set(filter(None, used.split(";")))
    for name, used in re.findall(r'set\(KITH_MAY_USE_(\w+) "([^"]*)"\)', (ROOT / "cmake/layers.cmake").read_text())
}
# The schema's generated headers belong to wire/; those of client_api and content only clients see.
GENERATED = {"wire": "wire", "client_api": "wire", "content": "wire"}


def layer_of(path: pathlib.PurePath) -> str | None:
    parts = path.parts
    for depth in (2, 1):
        name = "_".join(parts[:depth])
        if len(parts) > depth and name in table:
            return name
    return None


wrong = []
for source in sorted(ROOT.glob("**/*.[hc]*")):
    relative = source.relative_to(ROOT)
    if source.suffix not in (".h", ".cc") or relative.parts[0] in ("build", "web", "data"):
        continue
    layer = layer_of(relative)
    if layer is None or source.name.endswith(("_test.cc", "_contract.h")) or "testing" in relative.parts:
        continue
    for included in re.findall(r'^#include "([^"]+)"', source.read_text(), re.M):
        of_tests = "/testing/" in included or included.split("/")[0] in ("bench", "fuzz", "tests")
        if of_tests and layer != "sim":
            wrong.append(f"{relative}: only tests may use {included}")
        target = layer_of(pathlib.PurePath(included)) or GENERATED.get(included.split("/")[0])
        if target and target != layer and target not in table[layer]:
            wrong.append(f"{relative}: {layer} may not use {target} ({included})")
print("\n".join(wrong) or f"layers: {len(table)} folders, all arrows as in cmake/layers.cmake")
sys.exit(1 if wrong else 0)
