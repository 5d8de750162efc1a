# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must not be in logs, data, and memory dumps: a whole run is searched for tokens, codes, PINs and words."""
import base64
import http.client
import json
import os
import pathlib
import sqlite3
import unittest

from tests.scenarios.processes import Scenario, eventually

WORDS = "eleven purple umbrellas at the harbour"
QUOTED = "nobody else knows of the umbrellas"
PIN = "pin-8214-of-ana"
REQUEST = {"requestId": "MDEyMzQ1Njc4OWFiY2RlZg=="}
LONG_PIN = "pin-8214-of-ana-with-more-than-a-short-string"


def token_of(device) -> bytes:
    """The device token as the device's own database has it."""
    database = next(path for path in device.home.rglob("*.db"))
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT token FROM registration").fetchone()[0]
    finally:
        connection.close()


def forms(secret: bytes) -> list[bytes]:
    """How bytes may stand somewhere: raw, hexadecimal, base64 of both alphabets at each of three offsets."""
    found = [secret, secret.hex().encode(), secret.hex().upper().encode()]
    for skip in range(3):
        part = secret[skip:]
        part = part[:len(part) // 3 * 3]
        found += [base64.b64encode(part), base64.urlsafe_b64encode(part)]
    return found


def memory_of(pid: int):
    """What the process may write to, area by area."""
    with open(f"/proc/{pid}/maps") as areas, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for area in areas:
            span, rights = area.split()[:2]
            if not rights.startswith("rw"):
                continue
            first, end = (int(address, 16) for address in span.split("-"))
            memory.seek(first)
            while first < end:
                part = memory.read(min(end - first, 1 << 24))
                yield part
                first += len(part)


class Secrets(Scenario):
    def post(self, server, path: str, body: dict) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())

    def test_a_whole_run_leaves_no_secret_in_log_or_data(self):  # PRIVATE-1
        kithd = self.server('[log]\nlevel = "debug"\n')
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        rpc = self.rpc(ana)
        rpc.wait_online()
        rpc.call("set_pin", pin=PIN)
        rpc.call("send_message", handle=ben.phone, text=WORDS)
        eventually(lambda: WORDS in ben.receive_texts(), what="the message")
        # One that stays on the server's disk, and one that is refused.
        rpc.call("send_message", handle=ben.phone, text=QUOTED)
        eventually(
            lambda: rpc.call("list_conversations")["conversations"][0]["last_message"]["tick"] == "kSent",
            what="the first tick",
        )
        phone = "+491709999999"
        code = self.post(kithd, "/v1/registration/code", {"handle": {"phone": phone}})["code"]
        proof = {"handle": {"phone": phone}, **REQUEST}
        self.post(kithd, "/v1/registration", {**proof, "code": "wrong-code-77", "pin": PIN})
        self.post(kithd, "/v1/registration", {**proof, "code": code})
        self.post(
            kithd,
            "/v1/registration",
            {"handle": {"phone": ana.phone}, "code": "wrong-code-78", "pin": "wrong-pin-79", **REQUEST},
        )
        rpc.close()
        secrets = {name: forms(token_of(device)[20:]) for name, device in (("Ana's token", ana), ("Ben's token", ben))}
        secrets |= {"a message": [WORDS.encode()], "a message at rest": [QUOTED.encode()], "the PIN": [PIN.encode()],
                    "a wrong code": [b"wrong-code-7"], "a wrong PIN": [b"wrong-pin-79"]}
        kithd.stop()
        searched = 0
        files = [kithd.log, *(path for path in kithd.data.rglob("*") if path.is_file())]
        self.assertGreater(len(files), 4, "there is data to search")
        self.assertIn(b"stopped", kithd.log.read_bytes(), "there is a log to search")
        for path in files:
            content = path.read_bytes()
            searched += len(content)
            for name, texts in secrets.items():
                for text in texts:
                    self.assertNotIn(text, content, f"{name} in {path.relative_to(self.directory)}")
        self.assertGreater(searched, 10_000)
        log = kithd.log.read_text(errors="replace")
        self.assertNotIn(code, log, "the code that was sent")
        for device in (ana, ben):
            self.assertNotIn(device.phone, log, "logs hold ids and sizes only")
        # The search finds what is there: the device's own files have both.
        own = b"".join(path.read_bytes() for path in ana.home.rglob("*") if path.is_file())
        self.assertIn(WORDS.encode(), own)
        self.assertIn(token_of(ana)[20:], own)

    @unittest.skipUnless(os.geteuid() == 0, "reading the memory of a process that forbids it needs root")
    def test_secrets_that_were_used_are_gone_from_memory(self):  # PRIVATE-1
        kithd = self.server()
        ana, ben = self.device(kithd, "Ana"), self.device(kithd, "Ben")
        rpc = self.rpc(ana)
        rpc.wait_online()
        rpc.call("set_pin", pin=LONG_PIN)
        rpc.call("send_message", handle=ben.phone, text=WORDS)
        wrong = {"code": "wrong-code-that-is-too-long-for-the-stack", "pin": "wrong-pin-that-is-too-long-for-the-stack"}
        self.post(kithd, "/v1/registration", {"handle": {"phone": ana.phone}, **wrong, **REQUEST})
        eventually(
            lambda: rpc.call("list_conversations")["conversations"][0]["last_message"]["tick"] == "kSent",
            what="the first tick",
        )
        kept = b"".join(memory_of(kithd.process.pid))
        self.assertIn(str(kithd.data).encode(), kept, "the search finds what is there")
        for secret in (LONG_PIN, wrong["code"], wrong["pin"], WORDS):
            self.assertNotIn(secret.encode(), kept)
        kept = b"".join(memory_of(rpc.process.pid))
        self.assertIn(ana.phone.encode(), kept, "the search finds what is there")
        self.assertNotIn(LONG_PIN.encode(), kept)

    def test_hostile_strings_do_not_fill_the_log(self):  # LIMIT-1
        kithd = self.server()
        before = kithd.log.stat().st_size
        body = b"\x0a\x06\x0a\x04\xff\xfe\xfd\xfc"  # CodeRequest: a phone number that is no UTF-8
        connection = http.client.HTTPConnection("127.0.0.1", kithd.port, timeout=10)
        for _ in range(100):
            connection.request("POST", "/v1/registration/code", body, {"Content-Type": "application/x-protobuf"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 400)
        self.assertEqual(kithd.log.stat().st_size, before, "a refused request is no line in the log")

    def test_no_process_with_secrets_leaves_a_core_file(self):
        kithd = self.server()
        rpc = self.rpc(self.device(kithd, "Ana"))
        rpc.wait_online()
        for process in (kithd.process, rpc.process):
            limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
            line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
            self.assertEqual(line.split()[4:6], ["0", "0"])
            if os.geteuid() != 0:  # what is not dumpable belongs to root; seen only by others
                self.assertEqual(pathlib.Path(f"/proc/{process.pid}/mem").stat().st_uid, 0)
