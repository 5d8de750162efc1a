# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files between terminals: sealed, sent, fetched and saved as they were, whatever is killed or full meanwhile."""
import hashlib
import json
import os
import pathlib
import random
import subprocess
import time
import unittest

from tests.scenarios.processes import BIN, Rpc, RpcError, Scenario, eventually

KILLS = 50


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def state_of(rpc: Rpc, message: str) -> str:
    return rpc.call("get_message", id=message)["media"].get("state", "")


class Files(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")

    def file(self, name: str, size: int) -> pathlib.Path:
        path = self.directory / name
        path.write_bytes(os.urandom(size))
        return path

    def send(self, path: pathlib.Path, *options: str) -> str:
        return self.ana.run("send", self.ben.phone, "--file", str(path), *options).stdout.strip()

    def test_a_file_is_sent_received_and_saved(self):  # [F9] [F15]
        report = self.file("report 1.pdf", 3_000_000)
        message = self.send(report, "--caption", "as promised", "--wait", "sent")
        came = [json.loads(line) for line in self.ben.run("receive", "--json", "--timeout", "10").stdout.splitlines()]
        self.assertEqual(came[-1]["id"], message)
        self.assertEqual(came[-1]["text"], "as promised")
        attachment = came[-1]["attachment"]
        self.assertEqual((attachment["kind"], attachment["name"], attachment["size"], attachment["state"]),
                         ("document", "report 1.pdf", 3_000_000, "there"))
        saved = pathlib.Path(self.ben.run("save", message, str(self.directory / "in")).stdout.strip())
        self.assertEqual(saved.name, "report 1.pdf")
        self.assertEqual(digest(saved), digest(report))
        again = pathlib.Path(self.ben.run("save", message, str(self.directory / "in")).stdout.strip())
        self.assertEqual(again.name, "report 1 (2).pdf", "nothing is overwritten")
        report.unlink()
        self.assertEqual(digest(pathlib.Path(self.ana.run("save", message, str(self.directory)).stdout.strip())),
                         digest(saved), "the sender has it too")
        sealed = [path for path in (self.ben.home / "media").rglob("*") if path.is_file()]
        self.assertEqual(len(sealed), 1)
        self.assertNotIn(saved.read_bytes()[:64], sealed[0].read_bytes(), "at rest it is sealed")
        for stored in self.kithd.data.rglob("*"):
            if stored.is_file() and stored.stat().st_size > 1_000_000:
                self.assertNotIn(saved.read_bytes()[:64], stored.read_bytes(), "nor does the server see it")

    def test_what_can_not_be_sent_is_refused(self):  # [F18]
        empty = self.file("empty", 0)
        large = self.directory / "large"
        with open(large, "wb") as file:
            file.truncate(101 * 1024 * 1024)
        self.ana.run("send", self.ben.phone, "hello")
        for path, word in ((empty, "empty"), (self.directory, "no file"), (self.directory / "none", "not there"),
                           (large, "104857600")):
            refused = self.ana.run("send", self.ben.phone, "--file", str(path), check=False)
            self.assertNotEqual(refused.returncode, 0, path)
            self.assertIn(word, refused.stderr)
        self.assertEqual(list((self.ana.home / "media").glob("sealing-*")), [])

    def test_files_arrive_whatever_is_killed_on_their_way(self):  # MEDIA-5
        self.ana.run("send", self.ben.phone, "hello", "--wait", "sent")
        files = {}
        for number in range(4):
            path = self.file(f"file {number}", 24_000_000 + number)
            self.kithd.kill()  # so that it is on its way when the killing begins
            files[self.ana.run("send", self.ben.phone, "--file", str(path), "--document").stdout.strip()] = path
            self.kithd.start()
        processes = {"ana": self.rpc(self.ana), "ben": self.rpc(self.ben)}
        wanted = set()
        for _ in range(KILLS):
            time.sleep(random.uniform(0, 0.25))
            name = random.choice(["ana", "ben", "server"])
            if name == "server":
                self.kithd.kill()
                time.sleep(random.uniform(0, 0.05))
                self.kithd.start()
                continue
            if name == "ben":
                for message in files:
                    try:
                        processes["ben"].call("fetch_media", id=message)
                        wanted.add(message)
                    except RpcError:
                        pass  # it has not come yet
            processes[name].kill()
            processes[name] = self.rpc(self.ana if name == "ana" else self.ben)
        ana, ben = processes["ana"], processes["ben"]
        for rpc in (ana, ben):
            rpc.call("connect")
        for message in files:
            eventually(lambda: ana.call("get_message", id=message)["tick"] in ("kDelivered", "kRead"), 60, "delivery")
            ben.call("fetch_media", id=message)
        for message, path in files.items():
            eventually(lambda: state_of(ben, message) == "kHere", 90, f"the file of {message}")
            saved = self.ben.run("save", message, str(self.directory / "in")).stdout.strip()
            self.assertEqual(digest(pathlib.Path(saved)), digest(path))
        parts = [path.name for path in (self.ben.home / "media").rglob("*.part")]
        self.assertEqual(parts, [], "nothing is left over")

    def test_a_profile_photo_is_set_seen_and_removed(self):  # [F34] PHOTO-1
        picture = self.directory / "me.ppm"
        picture.write_bytes(b"P6 900 600 255\n" + os.urandom(900 * 600 * 3))
        refused = self.ana.run("profile", "set", "--photo", str(self.file("noise", 1000)), check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no picture", refused.stderr)
        jpeg = self.directory / "me.jpg"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", picture, jpeg], check=True)
        self.ana.send(self.ben, "hello", "--wait", "sent")
        self.ben.receive()
        self.assertNotIn("photo", self.ana.run("profile").stdout)
        self.ana.run("profile", "set", "--photo", str(jpeg), timeout_s=60)
        self.assertIn("photo   yes", self.ana.run("profile").stdout)
        ben = self.rpc(self.ben)
        ben.call("connect")
        photo = eventually(lambda: self.partner(ben).get("photo"), 60, "Ben's picture of Ana")
        opened = ben.call("open_photo", photo=photo)
        self.assertLess(int(opened["sealed"]["size"]), 256 * 1024)
        self.ana.run("profile", "set", "--no-photo")
        eventually(lambda: not self.partner(ben).get("photo"), 60, "its end")
        with self.assertRaises(RpcError):
            ben.call("open_photo", photo=photo)
        self.assertEqual([path for path in (self.ben.home / "media").rglob("*") if path.is_file()], [])

    def test_a_photo_of_a_group_is_set_seen_and_removed(self):  # PHOTO-6
        picture, jpeg = self.directory / "boats.ppm", self.directory / "boats.jpg"
        picture.write_bytes(b"P6 900 600 255\n" + os.urandom(900 * 600 * 3))
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", picture, jpeg], check=True)
        group = "group:" + self.ana.run("group", "create", "Boats", self.ben.phone).stdout.strip()
        ben = self.rpc(self.ben)
        ben.call("connect")

        def photo() -> str:
            conversations = ben.call("list_conversations")["conversations"]
            return next((each["group"].get("photo", "") for each in conversations if "group" in each), "")

        self.ana.run("group", "photo", group, str(jpeg), timeout_s=60)
        opened = ben.call("open_photo", photo=eventually(photo, 60, "Ben's picture of the group"))
        self.assertLess(int(opened["sealed"]["size"]), 256 * 1024)
        self.ana.run("group", "photo", group, "--remove")
        eventually(lambda: not photo(), 60, "its end")
        for member in (self.ana, self.ben):
            self.assertEqual([path for path in (member.home / "media").rglob("*") if path.is_file()], [])

    @staticmethod
    def partner(rpc: Rpc) -> dict:
        return rpc.call("list_conversations")["conversations"][0]["direct"]["partner"]

    def test_a_full_disk_of_the_receiver_is_said_and_gone_on_from(self):
        path = self.file("file", 5_000_000)
        message = self.send(path, "--wait", "sent")
        self.ben.run("receive")
        failure = self.directory / "failure"
        failure.write_text("full")
        self.ben.environment = {"LD_PRELOAD": str(BIN / "libfailing_disk.so"),
                                "KITH_DISK": str(self.ben.home / "media"), "KITH_DISK_FAILURE": str(failure)}
        refused = self.ben.run("save", message, str(self.directory / "in"), check=False, timeout_s=120)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("disk is full", refused.stderr)
        failure.unlink()
        saved = self.ben.run("save", message, str(self.directory / "in"), timeout_s=120).stdout.strip()
        self.assertEqual(digest(pathlib.Path(saved)), digest(path))


if __name__ == "__main__":
    unittest.main()
