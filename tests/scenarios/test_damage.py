# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stopped processes, kills in a loop, damaged files, a disk that can't be written to or turns read-only.

KITH_KILLS (10) is how often the server is killed; KITH_STOPPED_S (5) for how many seconds it is stopped.
"""
import contextlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from tests.scenarios.processes import BIN, Device, RpcError, Scenario, eventually
from tests.scenarios.test_crashes import texts_of

KILLS = int(os.environ.get("KITH_KILLS", "10"))
STOPPED_S = float(os.environ.get("KITH_STOPPED_S", "5"))


class Talking(Scenario):
    """Four people who are all connected and write to each other."""

    def start_server(self):
        return self.server()

    def setUp(self):
        super().setUp()
        self.kithd = self.start_server()
        self.people = [self.rpc(self.device(self.kithd, name)) for name in ("Ana", "Ben", "Cy", "Dan")]
        self.phones = [rpc.call("get_state")["handles"][0]["text"] for rpc in self.people]
        for rpc in self.people:
            rpc.wait_online()
        self.chats = {}  # (from, to): conversation at the sender's
        self.sent = {}   # (from, to): texts in order
        for i, rpc in enumerate(self.people):
            for j, phone in enumerate(self.phones):
                if i != j:
                    self.chats[i, j] = rpc.call("open_conversation", handle=phone)["id"]
                    self.sent[i, j] = []

    def say_something(self):
        pair = random.choice(list(self.chats))
        self.sent[pair].append(f"{pair[0]} to {pair[1]}: {len(self.sent[pair])}")
        self.people[pair[0]].call("send_message", conversation=self.chats[pair], text=self.sent[pair][-1])

    def check_everything_arrived_once_and_in_order(self):
        for rpc in self.people:
            eventually(lambda: int(rpc.call("get_state").get("unsent_messages", 0)) == 0, 120, "an outbox being empty")
        for (i, j), texts in self.sent.items():
            chat = self.chats[j, i]
            eventually(lambda: len(texts_of(self.people[j], chat)) >= len(texts), 60, f"everything from {i} at {j}")
            self.assertEqual(texts_of(self.people[j], chat), texts)
        for rpc in self.people:
            self.assertEqual(int(rpc.call("get_state").get("undecryptable", 0)), 0)


class Interrupted(Talking):
    def test_killed_again_and_again_the_server_loses_nothing(self):  # SEND-1 SEND-2 INBOX-1 INBOX-3 ORDER-1
        for _ in range(KILLS):
            for _ in range(random.randrange(20, 60)):
                self.say_something()
            time.sleep(random.uniform(0, 0.1))
            self.kithd.kill()
            for _ in range(10):
                self.say_something()
            self.kithd.start()
            eventually(
                lambda: any(rpc.call("get_state")["connection"] == "kOnline" for rpc in self.people),
                60,
                "somebody being back",
            )
        self.check_everything_arrived_once_and_in_order()

    def test_a_server_that_was_stopped_goes_on_where_it_was(self):  # SEND-1
        for _ in range(20):
            self.say_something()
        self.kithd.process.send_signal(signal.SIGSTOP)
        try:
            for _ in range(40):
                self.say_something()
            time.sleep(STOPPED_S)
        finally:
            self.kithd.process.send_signal(signal.SIGCONT)
        for _ in range(20):
            self.say_something()
        self.check_everything_arrived_once_and_in_order()


class ReadOnlyDisk(Talking):
    """What the file system does when it has met an error (tests/failing_disk.c).

    Beside the four there is Eve, for whom everything must be stored.
    """

    def start_server(self):
        self.read_only = self.directory / "read_only"
        return self.server(
            environment={
                "LD_PRELOAD": str(BIN / "libfailing_disk.so"),
                "KITH_DISK_FAILURE": str(self.read_only),
                "KITH_DISK": str(self.directory / "server0" / "data"),
            }
        )

    def setUp(self):
        super().setUp()
        self.eve = self.device(self.kithd, "Eve")
        self.to_eve = self.people[0].call("open_conversation", handle=self.eve.phone)["id"]
        self.sent_to_eve = []
        self.say_much(20)
        for rpc in self.people:
            eventually(lambda: self.unsent(rpc) == 0, what="everything being accepted")

    def say_much(self, count: int):
        for _ in range(count):
            self.say_something()
            self.sent_to_eve.append(f"to Eve: {len(self.sent_to_eve)}")
            self.people[0].call("send_message", conversation=self.to_eve, text=self.sent_to_eve[-1])

    @staticmethod
    def unsent(rpc) -> int:
        return int(rpc.call("get_state").get("unsent_messages", 0))

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.kithd.url + path) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_is_a_named_error_while_delivery_goes_on_and_the_server_recovers_by_itself(self):  # SEND-1 SEND-2 LIMIT-1
        stored = list(self.sent_to_eve)
        self.read_only.touch()
        until = time.monotonic() + STOPPED_S
        while time.monotonic() < until:
            self.say_much(5)
            time.sleep(0.3)
        self.assertEqual(self.get("/readyz"), (503, "the inbox store can't be written\n"))
        self.assertEqual(self.get("/healthz")[0], 200)
        self.assertRegex(self.get("/metrics")[1], r'(?m)^kith_sends_refused_total\{code="kUnavailable"\} [1-9]')
        self.assertGreaterEqual(
            self.unsent(self.people[0]), len(self.sent_to_eve) - len(stored), "nothing for Eve is acknowledged"
        )
        stranger = Device(self.directory, self.kithd, "Stranger")
        refused = stranger.run(
            "register", "--server", self.kithd.url, "--phone", stranger.phone, "--name", "Stranger", check=False
        )
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("a store is away", refused.stderr)
        received = self.eve.receive_texts()
        self.assertEqual(received[:len(stored)], stored, "what was acknowledged is delivered all the same")

        self.read_only.unlink()
        eventually(
            lambda: self.get("/readyz")[0] == 200, 10, "being ready, though nobody registers or asks for anything"
        )
        self.check_everything_arrived_once_and_in_order()
        self.assertEqual(received + self.eve.receive_texts("--timeout", "3"), self.sent_to_eve)
        stranger.register()

    def test_killed_meanwhile_the_server_has_lost_nothing(self):  # SEND-2
        self.read_only.touch()
        self.say_much(20)
        time.sleep(1)
        self.kithd.kill()
        self.read_only.unlink()
        self.kithd.start()
        self.check_everything_arrived_once_and_in_order()
        self.assertEqual(self.eve.receive_texts("--timeout", "3"), self.sent_to_eve)


class Damaged(Scenario):
    def start_failing(self, data: pathlib.Path) -> str:
        done = subprocess.run([str(BIN / "kithd"), "--data", str(data), "--listen", "127.0.0.1:0", "--codes", "echo"],
                              capture_output=True, text=True, timeout=20)
        self.assertGreater(done.returncode, 0, "refused, and not by a signal")
        return done.stderr

    @staticmethod
    def damage(file: pathlib.Path, at: int, size: int):
        with open(file, "r+b") as damaged:
            damaged.seek(at)
            damaged.write(os.urandom(size))

    def test_the_server_refuses_damaged_accounts_and_says_what_to_do(self):
        kithd = self.server()
        self.device(kithd, "Ana")
        kithd.stop()
        self.damage(kithd.data / "accounts.db", 0, 16384)
        said = self.start_failing(kithd.data)
        self.assertIn("accounts.db", said)
        self.assertIn("restore", said)

    def test_the_server_refuses_a_damaged_inbox_store_and_goes_on_without_it(self):
        kithd = self.server()
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        ana.send(ben, "undelivered", "--wait", "sent")
        kithd.stop()
        inboxes = kithd.data / "inboxes"
        for manifest in inboxes.glob("MANIFEST*"):
            self.damage(manifest, 0, 100)
        said = self.start_failing(kithd.data)
        self.assertIn("inboxes", said)
        self.assertIn("move the directory away", said)
        inboxes.rename(kithd.data / "damaged")
        kithd.start()
        ana.send(ben, "afterwards", "--wait", "sent")
        self.assertEqual(ben.receive_texts("--timeout", "5"), ["afterwards"])

    def two_devices_with_history(self, messages: int = 200):
        """Ana's and Ben's devices, closed, and what Ana's shows."""
        kithd = self.server()
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        rpc = self.rpc(ana)
        rpc.wait_online()
        chat = rpc.call("open_conversation", handle=ben.phone)["id"]
        for i in range(messages):
            rpc.call("send_message", conversation=chat, text=f"message {i}")
        eventually(lambda: int(rpc.call("get_state").get("unsent_messages", 0)) == 0, 60, "an outbox being empty")
        rpc.close()
        ben.receive_texts("--timeout", "5")
        ben.send(ana, "from Ben", "--wait", "sent")
        ana.receive_texts("--timeout", "5")
        return ana, ben, self.history(ana, ben)

    @staticmethod
    def history(device, with_whom) -> list[str]:
        done = device.run("history", with_whom.phone, "--json", "--limit", "500")
        return [json.loads(line)["text"] for line in done.stdout.splitlines()]

    @staticmethod
    def pages(device, table: str) -> list[int]:
        """Where the leaves of a table are, as offsets into the file."""
        with contextlib.closing(sqlite3.connect(device.home / "kith.db")) as database:
            rows = database.execute(
                "SELECT pgoffset FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", (table,)
            )
            return [offset for (offset,) in rows]

    def check_they_talk(self, ana, ben):
        ana.send(ben, "to Ben", "--wait", "sent")
        self.assertEqual(ben.receive_texts("--timeout", "5"), ["to Ben"])
        ben.send(ana, "to Ana", "--wait", "sent")
        # Ben's first message after the repair may have been written with what Ana's device has lost; then it is sent
        # again.
        texts = eventually(
            lambda: [text for text in ana.receive_texts("--timeout", "3") if text == "to Ana"], 60, "what Ben wrote"
        )
        self.assertEqual(texts, ["to Ana"])
        self.assertNotIn("", self.history(ana, ben)[-2:], "nothing stays unreadable")

    def test_a_damaged_device_rebuilds_what_it_can(self):
        ana, ben, before = self.two_devices_with_history()
        leaves = self.pages(ana, "messages")
        self.damage(ana.home / "kith.db", leaves[len(leaves) // 2], 4096)
        met = ana.run("history", ben.phone, "--json", "--limit", "500", check=False)
        self.assertEqual(met.returncode, 8)
        self.assertIn("the next command rebuilds it", met.stderr)
        done = ana.run("history", ben.phone, "--json", "--limit", "500")
        self.assertIn("was damaged and has been rebuilt", done.stderr)
        kept = [json.loads(line)["text"] for line in done.stdout.splitlines()]
        self.assertIn(f"{len(kept)} messages kept", done.stderr)
        self.assertGreater(len(kept), len(before) // 2)
        self.assertEqual(kept, [text for text in before if text in kept], "in order")
        self.assertEqual((kept[0], kept[-1]), (before[0], before[-1]))
        self.assertTrue((ana.home / "kith.db.damaged").exists())
        self.assertNotIn("rebuilt", ana.run("conversations").stderr, "said once")
        self.check_they_talk(ana, ben)

    def test_a_device_with_its_first_page_destroyed_loses_nothing(self):
        ana, ben, before = self.two_devices_with_history(20)
        self.damage(ana.home / "kith.db", 0, 4096)
        self.assertIn("none missing", ana.run("conversations").stderr)
        self.assertEqual(self.history(ana, ben), before)
        self.check_they_talk(ana, ben)

    def test_a_program_that_meets_damage_ends_and_says_so(self):
        ana, ben, _ = self.two_devices_with_history()
        self.damage(ana.home / "kith.db", self.pages(ana, "messages")[1], 4096)
        rpc = self.rpc(ana)
        with self.assertRaises(RpcError) as refused:
            chat = rpc.call("open_conversation", handle=ben.phone)["id"]
            rpc.call("list_messages", conversation=chat, limit=500)
        self.assertEqual(refused.exception.code, "kStorage")
        self.assertEqual(rpc.process.wait(10), 8)
        again = self.rpc(ana)
        self.assertGreater(int(again.call("get_state")["rebuilt"]["messages_kept"]), 100)
        again.close()

    def test_a_device_without_its_registration_says_what_to_do_and_keeps_its_file(self):
        ana, _, _ = self.two_devices_with_history(5)
        self.damage(ana.home / "kith.db", 0, 8192)
        before = (ana.home / "kith.db").read_bytes()
        for _ in range(2):
            done = ana.run("conversations", check=False)
            self.assertEqual(done.returncode, 8)
            self.assertIn("damaged", done.stderr)
            self.assertIn("register again", done.stderr)
            self.assertEqual((ana.home / "kith.db").read_bytes(), before)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_the_server_refuses_a_read_only_disk(self):
        disk = self.directory / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            self.assertIn("Read-only file system", self.start_failing(disk))
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)


if __name__ == "__main__":
    unittest.main()
