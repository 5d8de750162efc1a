"""Stopped processes, kills in a loop, damaged files, a disk that can't be written to or turns read-only.

KITH_KILLS (10) is how often the server is killed; KITH_STOPPED_S (5) for how many seconds it is stopped.
"""
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from tests.scenarios.processes import BIN, Device, Scenario, eventually
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
        self.phones = [rpc.call("get_state")["phone"] for rpc in self.people]
        for rpc in self.people:
            rpc.wait_online()
        self.chats = {}  # (from, to): conversation at the sender's
        self.sent = {}   # (from, to): texts in order
        for i, rpc in enumerate(self.people):
            for j, phone in enumerate(self.phones):
                if i != j:
                    self.chats[i, j] = rpc.call("open_conversation", phone=phone)["id"]
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
            eventually(lambda: any(rpc.call("get_state")["connection"] == "kOnline" for rpc in self.people), 60, "somebody being back")
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
    """What the file system does when it has met an error (tests/failing_disk.c); beside the four there is Eve, for whom everything must be stored."""

    def start_server(self):
        self.read_only = self.directory / "read_only"
        return self.server(environment={"LD_PRELOAD": str(BIN / "libfailing_disk.so"), "KITH_DISK_READ_ONLY": str(self.read_only),
                                        "KITH_DISK": str(self.directory / "server0" / "data")})

    def setUp(self):
        super().setUp()
        self.eve = self.device(self.kithd, "Eve")
        self.to_eve = self.people[0].call("open_conversation", phone=self.eve.phone)["id"]
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
        self.assertGreaterEqual(self.unsent(self.people[0]), len(self.sent_to_eve) - len(stored), "nothing for Eve is acknowledged")
        stranger = Device(self.directory, self.kithd, "Stranger")
        refused = stranger.run("register", "--server", self.kithd.url, "--phone", stranger.phone, "--name", "Stranger", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("a store is away", refused.stderr)
        received = self.eve.receive_texts()
        self.assertEqual(received[:len(stored)], stored, "what was acknowledged is delivered all the same")

        self.read_only.unlink()
        eventually(lambda: self.get("/readyz")[0] == 200, 10, "being ready, though nobody registers or asks for anything")
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

    def test_a_damaged_device_says_so_and_what_to_do(self):
        kithd = self.server()
        ana = self.device(kithd, "Ana")
        self.damage(ana.home / "kith.db", 0, 4096)
        done = ana.run("conversations", check=False)
        self.assertEqual(done.returncode, 8)
        self.assertIn("damaged", done.stderr)
        self.assertIn("register again", done.stderr)

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
