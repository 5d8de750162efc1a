# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `cmake --install` puts where, and that it runs from there (docs/operating.md, "Install")."""
import pathlib
import subprocess
import tempfile
import unittest

from tests.scenarios.processes import BIN


class Installed(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="kith-install-")
        self.addCleanup(directory.cleanup)
        self.prefix = pathlib.Path(directory.name)
        subprocess.run(["cmake", "--install", str(BIN.parent), "--prefix", str(self.prefix)], check=True,
                       capture_output=True, text=True)

    def run_installed(self, program: str, *arguments: str) -> str:
        return subprocess.run([str(self.prefix / "bin" / program), *arguments], check=True, capture_output=True,
                              text=True, timeout=20).stdout

    def test_the_programs_run_from_where_they_are(self):
        version = self.run_installed("kithd", "--version").split()[1]
        self.assertEqual(self.run_installed("kith", "--version").split()[1], version)
        self.assertIn("listen", self.run_installed("kithd", "print-config"))

    def test_pages_completion_and_the_unit_are_there(self):
        for name in ("share/man/man1/kith.1", "share/bash-completion/completions/kith",
                     "share/zsh/site-functions/_kith", "share/fish/vendor_completions.d/kith.fish",
                     "share/doc/kith/LICENSE", "share/doc/kith/operating.md", "share/doc/kith/kith.toml"):
            self.assertGreater((self.prefix / name).stat().st_size, 100, name)
        unit = (self.prefix / "lib/systemd/system/kithd.service").read_text()
        self.assertRegex(unit, r"(?m)^ExecStart=/\S+/bin/kithd ")
        # The configuration that is installed is what the server says of itself.
        self.assertEqual((self.prefix / "share/doc/kith/kith.toml").read_text(),
                         self.run_installed("kithd", "print-config"))


if __name__ == "__main__":
    unittest.main()
