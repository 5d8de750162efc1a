# SPDX-License-Identifier: AGPL-3.0-or-later
"""kith-bench in small: every workload runs, and its counts add up. No speeds.

It fails by itself when something is lost, refused or late.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BENCH = pathlib.Path(os.environ["KITH_BIN"]) / "kith-bench"
SMALL = """
    --rounds 1 --seconds 0.3 --pairs 10 --rate 100 --idle-from 20 --idle-to 60 --users 20 --messages 500
    --offline-rate 200 --give-back 1 --logins 30 --core-messages 100 --storm-devices 60
    --storm-messages 100 --slow-messages 15000 --slow-payload 10000 --group-messages 20 --groups 4 --kills 2
""".split()


class Bench(unittest.TestCase):
    def run_small(self, *workloads: str) -> dict:
        with tempfile.TemporaryDirectory() as directory:
            figures = pathlib.Path(directory) / "figures.json"
            done = subprocess.run(
                [BENCH, *workloads, *SMALL, "--json", figures], capture_output=True, text=True, timeout=240, check=False
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            return {name: figure["median"] for name, figure in json.loads(figures.read_text()).items()}

    def test_the_server_and_the_relay_carry_the_same_pairs(self):
        figures = self.run_small("floor")
        for side in ("relay", "kithd"):
            self.assertGreater(figures[f"floor.{side}.closed.delivered_per_s"], 0)
            self.assertGreater(figures[f"floor.{side}.open.one_way_p50_ms"], 0)
        self.assertGreater(figures["floor.closed.cpu_ratio"], 0)

    def test_pairs_wait_for_confirmation_or_for_the_disk(self):
        figures = self.run_small("pairs")
        self.assertGreater(figures["pairs.closed.delivered_per_s"], 0)
        self.assertGreater(figures["pairs_synced.open.tick_p50_ms"], 0)

    def test_what_is_stored_for_absent_users_is_drained(self):
        figures = self.run_small("offline")
        self.assertGreater(figures["offline.stored_per_s"], 0)
        self.assertGreater(figures["offline.drained_per_s"], 0)

    def test_connections_are_held_and_made(self):
        figures = self.run_small("idle", "login")
        self.assertEqual(figures["idle.connections"], 60)
        self.assertGreater(figures["login.from_disk.per_s"], 0)

    def test_groups_get_every_message_with_everybody_there_or_away(self):
        figures = self.run_small("group")
        for size in (256, 1024):
            self.assertGreater(figures[f"group.{size}.kithd.messages_per_s"], 0)
            self.assertLessEqual(figures[f"group.{size}.kithd_receipts.receipt_entries_per_message"], 32)
        self.assertGreater(figures["group.absent.entries_per_s"], 0)

    def test_groups_lose_nothing_when_the_server_is_killed(self):
        figures = self.run_small("group_killed")
        self.assertEqual(figures["group_killed.kills"], 2)
        self.assertGreater(figures["group_killed.messages"], 4)

    def test_devices_that_all_come_back_at_once_are_welcomed_and_get_every_message_once(self):
        figures = self.run_small("storm")
        for cut in ("dropped", "killed"):
            self.assertGreater(figures[f"storm.{cut}.logins_per_s"], 0)
            self.assertEqual(figures[f"storm.{cut}.messages"], 100)
            self.assertLess(figures[f"storm.{cut}.server_memory_mib"], 64)

    def test_a_slow_reader_costs_the_server_no_memory_for_its_backlog(self):
        figures = self.run_small("slow")
        # 143 MiB wait. The store's block cache takes 64 of them, the window of the device 1.
        self.assertGreater(figures["slow.disk_mib"], 143)
        self.assertLess(figures["slow.stands.server_memory_more_mib"], 100)
        self.assertLess(figures["slow.drains.server_memory_more_mib"], 100)
        for when in ("alone", "while_it_stands", "while_it_drains"):
            self.assertGreater(figures[f"slow.pairs_{when}.one_way_p99_ms"], 0)

    def test_the_core_sends_and_takes_a_backlog(self):
        figures = self.run_small("core")
        self.assertGreater(figures["core.sent_per_s"], 0)
        self.assertGreater(figures["core.received_per_s"], 0)


if __name__ == "__main__":
    unittest.main()
