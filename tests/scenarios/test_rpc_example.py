# SPDX-License-Identifier: AGPL-3.0-or-later
"""The example that docs/rpc.md shows works as it stands."""
import subprocess
import sys
import unittest

from tests.scenarios.processes import BIN, ROOT, Scenario


class RpcExample(Scenario):
    def test_the_documented_example_runs(self):
        kithd = self.server()
        done = subprocess.run([sys.executable, str(ROOT / "tests/rpc_example.py"), kithd.url, str(BIN / "kith")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
