# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several programs on one home: the first has the core, and serves the others."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from tests.scenarios.processes import BIN, Scenario, eventually


class Following:
    """`kith receive --follow --json`, and the lines it has printed."""

    def __init__(self, home: pathlib.Path, *options: str):
        self.lines: list[dict] = []
        self.words: list[str] = []
        self.process = subprocess.Popen(
            [str(BIN / "kith"), "--home", str(home), "receive", "--follow", "--json", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        threading.Thread(
            target=self._read, args=(self.process.stdout, lambda line: self.lines.append(json.loads(line))), daemon=True
        ).start()
        threading.Thread(target=self._read, args=(self.process.stderr, self.words.append), daemon=True).start()

    @staticmethod
    def _read(stream, take):
        for line in stream:
            take(line)

    def texts(self) -> list[str]:
        return [line["text"] for line in self.lines]

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


class SharedHome(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")
        self._following: list[Following] = []

    def _end(self):
        for following in self._following:
            if following.process.poll() is None:
                following.process.kill()
            following.process.wait()
            following.process.stdout.close()
            following.process.stderr.close()
        super()._end()

    def follow(self, device, *options: str) -> Following:
        following = Following(device.home, *options)
        self._following.append(following)
        eventually(lambda: (device.home / "socket").exists(), what="the socket in the home")
        return following

    def test_every_command_works_while_another_follows(self):
        following = self.follow(self.ana)
        message_id = self.ana.send(self.ben, "while following", "--wait", "sent")
        self.assertEqual(self.ben.receive()[0]["id"], message_id)
        self.ben.send(self.ana, "and back", "--wait", "sent")
        eventually(lambda: "and back" in following.texts(), what="the message at the one that follows")
        self.assertIn("while following", self.ana.run("history", self.ben.phone).stdout)
        self.assertIn("while following", self.ana.run("search", "following").stdout)
        self.assertIn("Ben", self.ana.run("conversations").stdout)
        self.ana.run("contacts", "add", self.ben.phone, "Benjamin")
        self.assertIn("Benjamin", self.ana.run("contacts").stdout)
        self.ana.run("profile", "set", "--about", "at home")
        self.assertIn("at home", self.ana.run("profile").stdout)
        self.ana.run("settings", "set", "last_seen", "contacts")
        self.assertIn("connection  online", self.ana.run("status").stdout)
        self.ana.run("verify", self.ben.phone, "--mark")
        self.ana.run("block", self.ben.phone)
        self.ana.run("unblock", self.ben.phone)
        self.assertEqual(following.stop(), 0)
        self.assertFalse((self.ana.home / "socket").exists())

    def test_a_note_to_oneself_is_done_at_once_while_another_follows(self):
        self.follow(self.ana)
        for options in ((), ("--wait", "sent", "--timeout", "6"), ("--wait", "read", "--timeout", "6")):
            done = self.ana.run("send", self.ana.phone, "buy milk", *options)
            self.assertEqual(done.stderr, "", options)

    def test_a_hundred_sends_while_another_follows_all_arrive_once(self):  # SEND-1
        following = self.follow(self.ana)
        texts = [f"message {i}" for i in range(100)]

        def send(some):
            for text in some:
                self.ana.send(self.ben, text)
        senders = [threading.Thread(target=send, args=(texts[i::4],)) for i in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        eventually(lambda: json.loads(self.ana.run("status", "--json").stdout)["unsent"] == 0, what="all being sent")
        self.assertEqual(sorted(self.ben.receive_texts()), sorted(texts))
        self.assertIsNone(following.process.poll())

    def test_the_one_that_serves_is_killed_and_those_it_served_go_on(self):  # SEND-1
        following = self.follow(self.ana)
        guest = self.rpc(self.ana)
        guest.wait_online()
        guest.call("send_message", handle=self.ben.phone, text="before")
        killed = threading.Thread(target=lambda: (time.sleep(0.05), following.process.kill()))
        killed.start()
        for i in range(50):
            guest.call("send_message", handle=self.ben.phone, text=f"during {i}")
        killed.join()
        following.process.wait()
        guest.call("send_message", handle=self.ben.phone, text="after")
        guest.wait_event("resync", timeout_s=20)
        eventually(lambda: guest.call("get_state")["unsent_messages"] == 0, what="all being sent")
        expected = ["before", *(f"during {i}" for i in range(50)), "after"]
        self.assertEqual(self.ben.receive_texts(), expected)
        # And whoever comes now is served by what was a guest
        self.ana.send(self.ben, "served by the guest", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["served by the guest"])

    def test_commands_at_the_moment_at_which_the_one_that_serves_ends_work(self):
        for _ in range(5):
            following = self.follow(self.ana)
            stopping = threading.Thread(target=following.stop)
            stopping.start()
            self.ana.send(self.ben, "just now", "--wait", "sent")
            stopping.join()
        self.assertEqual(self.ben.receive_texts(), ["just now"] * 5)

    def test_commands_at_the_same_time_take_turns(self):
        texts = [f"{i}" for i in range(12)]
        senders = [threading.Thread(target=self.ana.send, args=(self.ben, text)) for text in texts]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        self.ana.run("status")
        self.assertEqual(sorted(self.ben.receive_texts()), sorted(texts))

    def test_two_that_follow_print_each_message_once_together(self):
        one, two = self.follow(self.ana), self.follow(self.ana)
        texts = [f"message {i}" for i in range(30)]
        for text in texts:
            self.ben.send(self.ana, text)
        eventually(lambda: len(one.lines) + len(two.lines) >= len(texts), what="all being printed")
        time.sleep(0.3)
        self.assertEqual(sorted(one.texts() + two.texts()), sorted(texts))

    def test_a_guest_that_is_gone_is_seen_online_no_more(self):  # EPHEMERAL-1
        self.follow(self.ana)
        guest = self.rpc(self.ana)
        guest.wait_online()
        ben = self.rpc(self.ben)
        ben.wait_online()
        ben.call("set_available", available=True)
        sent = ben.call("send_message", handle=self.ana.phone, text="are you there?")["message"]
        ben.call("watch_presence", conversations=[sent["conversation"]])
        guest.call("set_available", available=True)
        ben.wait_event("presence_changed", lambda p: p["presence"]["kind"] == "kOnline")
        guest.kill()
        ben.wait_event("presence_changed", lambda p: p["presence"]["kind"] == "kLastSeen")

    def test_a_home_whose_program_has_stopped_is_in_use(self):
        following = self.follow(self.ana)
        following.process.send_signal(signal.SIGSTOP)
        try:
            done = self.ana.run("status", check=False)
        finally:
            following.process.send_signal(signal.SIGCONT)
        self.assertEqual(done.returncode, 6)
        self.assertIn("does not answer", done.stderr)

    def test_a_reader_of_the_database_is_waited_for(self):
        reader = sqlite3.connect(self.ana.home / "kith.db", check_same_thread=False)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        letting_go = threading.Timer(2.0, reader.close)
        letting_go.start()
        self.ana.send(self.ben, "a moment later", "--wait", "sent")
        letting_go.join()
        self.assertEqual(self.ben.receive_texts(), ["a moment later"])

    def test_the_socket_is_for_its_user_only(self):
        self.follow(self.ana)
        self.assertEqual(os.stat(self.ana.home / "socket").st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.ana.home).st_mode & 0o777, 0o700)

    @unittest.skipUnless(os.geteuid() == 0, "only root can be another user")
    def test_another_user_is_turned_away_even_when_the_socket_can_be_reached(self):
        self.follow(self.ana)
        for path in (self.directory, self.ana.home, self.ana.home / "socket"):
            os.chmod(path, 0o777)
        code = ("import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(5);"
                "print(len(s.recv(1)))")
        done = subprocess.run(
            ["python3", "-c", code, str(self.ana.home / "socket")],
            user=65534,
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertEqual(done.stdout.strip(), "0", done.stderr)


if __name__ == "__main__":
    unittest.main()
