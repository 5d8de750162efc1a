# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine misbehaves: full disk, clocks that jump, a receiver away for days, hostile and slow clients."""
import os
import pathlib
import re
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from tests.scenarios.processes import BIN, Scenario, eventually

DAY_S = 86400


def shifted_clock(directory: pathlib.Path) -> tuple[dict, callable]:
    """An environment in which the time of day is off by the seconds that `set_offset(s)` says (tests/wall_clock.c)."""
    control = directory / "clock"
    control.write_text("0")

    def set_offset(seconds: int):
        # Replaced as a whole: a process may read it at any moment.
        (directory / "clock.new").write_text(str(seconds))
        (directory / "clock.new").rename(control)
    return {"LD_PRELOAD": str(BIN / "libwall_clock.so"), "KITH_WALL_CLOCK": str(control)}, set_offset


class Faults(Scenario):
    def test_a_receiver_away_for_days_gets_everything_and_for_months_what_is_left(self):  # [F3] INBOX-1 INBOX-3
        environment, set_offset = shifted_clock(self.directory)
        kithd = self.server("[inbox]\nexpiry_interval_s = 1\n", environment=environment)
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        ana.send(ben, "to be forgotten", "--wait", "sent")
        set_offset(20 * DAY_S)
        kithd.stop()
        kithd.start()
        ana.send(ben, "away for days", "--wait", "sent")
        set_offset(35 * DAY_S)
        kithd.stop()
        kithd.start()
        # 35 days after the first message and 15 after the second.
        metrics = lambda: urllib.request.urlopen(kithd.url + "/metrics").read().decode()
        eventually(
            lambda: re.search(r"^kith_inbox_expired_total 1$", metrics(), re.M), 30, "the first message being forgotten"
        )
        self.assertEqual(ben.receive_texts("--timeout", "5"), ["away for days"])
        ana.send(ben, "afterwards", "--wait", "sent")
        self.assertEqual(ben.receive_texts("--timeout", "5"), ["afterwards"])

    def test_clocks_that_jump_change_no_order_and_lose_nothing(self):  # ORDER-1
        server_environment, set_server = shifted_clock(self.directory)
        (self.directory / "ana").mkdir()
        ana_environment, set_ana = shifted_clock(self.directory / "ana")
        kithd = self.server(environment=server_environment)
        ana, ben = self.device(kithd, "Ana", environment=ana_environment), self.device(kithd, "Ben")
        rpc = self.rpc(ana)
        rpc.wait_online()
        conversation = rpc.call("open_conversation", handle=ben.phone)["id"]
        texts = []
        for offset in (0, -3 * 3600, 2 * DAY_S, -5 * DAY_S, 0):
            set_server(offset)
            set_ana(-offset)
            texts.append(f"{offset} s off, message {len(texts)}")
            rpc.call("send_message", conversation=conversation, text=texts[-1])
            eventually(lambda: int(rpc.call("get_state").get("unsent_messages", 0)) == 0, what=f"sending at {offset}")
        self.assertEqual(ben.receive_texts(), texts)
        listed = [m["text"]["text"] for m in rpc.call("list_messages", conversation=conversation)["messages"]]
        self.assertEqual(listed, texts)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_a_full_disk_is_a_named_error_and_recovers_by_itself(self):  # LIMIT-1
        disk = self.directory / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)], check=True)
        try:
            kithd = self.server("[data]\nfree_bytes_min = 0\n")
            kithd.stop()
            kithd.data = disk / "data"
            kithd.start()
            ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
            ana.send(ben, "before", "--wait", "sent")
            filler = disk / "filler"
            with open(filler, "wb", buffering=0) as file:  # a buffer would be written once more at the end
                try:
                    while True:
                        file.write(b"\0" * 65536)
                except OSError:
                    pass
            texts = ["x" * 30_000 + str(i) for i in range(10)]
            for text in texts:
                ana.run("send", ben.phone, text)  # queued: the server refuses while it can't store
            full = urllib.request.urlopen(kithd.url + "/healthz")
            self.assertEqual(full.status, 200, "the process lives")
            filler.unlink()
            eventually(lambda: ana.run("receive", "--timeout", "2").returncode == 0 and
                       "0" == str(self.unsent(ana)), 60, "the outbox being empty after space was given back")
            self.assertEqual(ben.receive_texts("--timeout", "5"), ["before", *texts])
            kithd.stop()
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)

    def test_a_full_disk_of_a_device_is_named_and_loses_nothing(self):  # UI-1 INBOX-2
        kithd = self.server()
        full = self.directory / "full"
        disk = {"LD_PRELOAD": str(BIN / "libfailing_disk.so"), "KITH_DISK_FAILURE": str(full),
                "KITH_DISK": str(self.directory / "Ben")}
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben", environment=disk)
        ana.send(ben, "wait for room", "--wait", "sent")
        full.write_text("full")
        for command in (["receive"], ["receive", "--timeout", "1"], ["status"], ["send", ana.phone, "no room"]):
            done = ben.run(*command, check=False)
            self.assertEqual(done.returncode, 8, f"{command}: {done.stderr}")
            self.assertIn("the disk is full", done.stderr)
            self.assertNotIn("offline", done.stderr)
        full.unlink()
        self.assertEqual(ben.run("status").returncode, 0)
        self.assertEqual(ben.receive_texts("--timeout", "5"), ["wait for room"])

    def unsent(self, device) -> int:
        rpc = device.rpc()
        try:
            rpc.wait_online()
            time.sleep(1)
            return int(rpc.call("get_state").get("unsent_messages", 0))
        finally:
            rpc.close()

    def test_the_server_refuses_to_start_on_a_directory_in_use(self):
        kithd = self.server()
        second = subprocess.run(
            [str(BIN / "kithd"), "--data", str(kithd.data), "--listen", "127.0.0.1:0", "--codes", "echo"],
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(kithd.data), second.stderr)

    def test_the_echo_sender_is_refused_off_loopback(self):
        done = subprocess.run(
            [str(BIN / "kithd"), "--data", str(self.directory / "d"), "--listen", "0.0.0.0:0", "--codes", "echo"],
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("echo", done.stderr)

    def test_hostile_connections_are_closed_and_others_go_on(self):  # LIMIT-1
        kithd = self.server("[timeouts]\nhandshake_timeout_ms = 1000\n")
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        garbage = [
            b"\x16\x03\x01\x02\x00" * 10,
            b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
            b"POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
            b"\0" * 100_000,
        ]
        for data in garbage:
            with socket.create_connection(("127.0.0.1", kithd.port), timeout=10) as connection:
                try:
                    connection.sendall(data)
                    while connection.recv(4096):
                        pass
                except ConnectionError:
                    pass
        with socket.create_connection(("127.0.0.1", kithd.port), timeout=10) as silent:
            silent.sendall(b"GET /v1/socket HT")
            answer = b"".join(iter(lambda: silent.recv(4096), b""))  # to the end: it is closed
            self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
        ana.send(ben, "still here", "--wait", "sent")
        self.assertEqual(ben.receive_texts(), ["still here"])

    def test_a_server_on_an_empty_data_directory_ends_nobody(self):  # IDENTITY-7
        kithd = self.server()
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        ana.send(ben, "before", "--wait", "sent")
        self.assertEqual(ben.receive_texts(), ["before"])
        kithd.stop()
        right, kithd.data = kithd.data, kithd.data.with_name("empty")
        kithd.start()
        told = ana.run("send", ben.phone, "for the right one", "--wait", "sent", check=False)
        self.assertEqual(told.returncode, 7, told.stderr)
        self.assertIn("another server than the one you registered with", told.stderr)
        status = ana.run("status", check=False)
        self.assertIn("another server", status.stdout)
        kithd.stop()
        kithd.data = right
        kithd.start()
        self.assertIn("online", ana.run("status").stdout)
        self.assertEqual(ben.receive_texts(), ["for the right one"])
        ben.send(ana, "good", "--wait", "sent")
        self.assertEqual(ana.receive_texts(), ["good"])

    def test_http_errors_are_named(self):
        kithd = self.server()
        def status_and_body(method, path, body=None, headers=None):
            request = urllib.request.Request(kithd.url + path, data=body, method=method, headers=headers or {})
            try:
                with urllib.request.urlopen(request) as response:
                    return response.status, response.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()
        json_type = {"Content-Type": "application/json", "Accept": "application/json"}
        status, body = status_and_body("POST", "/v1/registration/code", b'{"handle":{"phone":"12"}}', json_type)
        self.assertEqual(status, 422)
        self.assertIn(b"kInvalidHandle", body)
        status, body = status_and_body("POST", "/v1/registration/code", b'{"phone":', json_type)
        self.assertEqual(status, 400)
        self.assertIn(b"kMalformed", body)
        status, body = status_and_body("GET", "/v1/profile", headers=json_type)
        self.assertEqual(status, 401)
        self.assertIn(b"kUnauthenticated", body)
        self.assertEqual(status_and_body("GET", "/v1/nothing", headers=json_type)[0], 404)
        self.assertEqual(status_and_body("DELETE", "/v1/registration", headers=json_type)[0], 405)
        self.assertEqual(status_and_body("GET", "/readyz")[0], 200)
        self.assertIn(b"kith_", status_and_body("GET", "/metrics")[1])


if __name__ == "__main__":
    unittest.main()
