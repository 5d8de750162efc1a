# SPDX-License-Identifier: AGPL-3.0-or-later
"""The examples that docs/rpc.md shows work as they stand."""
import subprocess
import sys
import unittest

from tests.scenarios.processes import BIN, ROOT, Scenario


class RpcExample(Scenario):
    def output_of(self, example):
        kithd = self.server()
        done = subprocess.run([sys.executable, str(ROOT / "tests" / example), kithd.url, str(BIN / "kith")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_the_documented_example_runs(self):
        self.assertEqual(self.output_of("rpc_example.py")[-1], "and knows that it was read")

    def test_the_one_for_groups_runs(self):
        self.assertEqual(self.output_of("rpc_groups_example.py"),
                         ["Ana wrote to Book club: Hi @Ben", "Ben answered what was said in Book club",
                          "who are no admins may not write"])


if __name__ == "__main__":
    unittest.main()
