# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real processes for the scenarios: a server, and devices driven through the terminal client.

Everything listens on loopback, on ports the system chooses, and keeps its data in a temporary directory that goes
with the test.
KITH_BIN names the directory of kithd and kith (default build/release/bin).
"""
from __future__ import annotations

import itertools
import json
import os
import pathlib
import queue
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("KITH_BIN", ROOT / "build/release/bin"))
_numbers = itertools.count(1)


def eventually(condition, timeout_s: float = 15.0, what: str = "the condition"):
    """Waits until `condition()` is true and returns what it returned; fails the test when the time is over."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout_s} s")
        time.sleep(0.05)


class Server:
    """A kithd process. It keeps its port over restarts, so that devices find it again."""

    def __init__(
        self,
        directory: pathlib.Path,
        config: str = "",
        environment: dict | None = None,
        wrapper: list[str] | None = None,
    ):
        self.directory = directory
        self.data = directory / "data"
        self.log = directory / "kithd.log"
        self.port = 0
        self.config = directory / "kith.toml"
        self.config.write_text(config)
        self.environment = {**os.environ, **(environment or {})}
        self.wrapper = wrapper or []
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, timeout_s: float = 20.0) -> "Server":
        assert self.process is None
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [*self.wrapper, str(BIN / "kithd"), "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}",
             "--config", str(self.config), "--codes", "echo"],
            stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, text=True)
        lines: queue.Queue = queue.Queue()
        threading.Thread(target=self._read, args=(self.process, log, lines), daemon=True).start()
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                line = lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                code = self.process.poll()
                self.process.kill()
                self.process = None
                raise AssertionError(f"kithd did not start (exit code {code}): {self.log.read_text()[-2000:]}")
            if line.startswith("listening on http"):
                self.port = int(line.strip().rsplit(":", 1)[1].rstrip("/"))
                return self

    @staticmethod
    def _read(process, log, lines):
        for line in process.stdout:
            log.write(line.encode())
            log.flush()
            lines.put(line)
        lines.put(None)

    def kill(self):
        """kill -9: what was not durable is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self, timeout_s: float = 20.0) -> int:
        """SIGTERM: drains. Returns the exit code."""
        self.process.terminate()
        code = self.process.wait(timeout_s)
        self.process = None
        return code


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(error)
        self.error = error
        self.code = (error.get("data") or {}).get("code", "")


class Rpc:
    """`kith rpc` of one device: calls and notifications over JSON lines."""

    def __init__(self, home: pathlib.Path, environment: dict | None = None, command: list[str] | None = None):
        self.process = subprocess.Popen(
            command or [str(BIN / "kith"), "--home", str(home), "rpc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(home.parent / (home.name + ".log"), "ab"), text=True, env={**os.environ, **(environment or {})})
        self.events: list[dict] = []
        self._answers: dict[int, dict] = {}
        self._changed = threading.Condition()
        self._ids = itertools.count(1)
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            with self._changed:
                if "id" in message and "method" not in message:
                    self._answers[message["id"]] = message
                else:
                    self.events.append(message)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def call(self, method: str, timeout_s: float = 20.0, **params):
        number = next(self._ids)
        self.process.stdin.write(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
        )
        self.process.stdin.flush()
        with self._changed:
            if (
                not self._changed.wait_for(lambda: number in self._answers or self._ended, timeout_s)
                or number not in self._answers
            ):
                raise AssertionError(f"no answer to {method}")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def wait_event(self, name: str, matches=lambda params: True, timeout_s: float = 15.0) -> dict:
        """The first notification `name` so far, or to come, whose params match."""
        def found():
            return next((e["params"] for e in self.events if e["method"] == name and matches(e["params"])), None)
        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None, timeout_s):
                raise AssertionError(f"no event {name} within {timeout_s} s; had {[e['method'] for e in self.events]}")
            return found()

    def wait_online(self, timeout_s: float = 20.0):
        eventually(lambda: self.call("get_state")["connection"] == "kOnline", timeout_s, "being online")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(15)


class Device:
    """One home of the terminal client."""

    def __init__(
        self,
        directory: pathlib.Path,
        server: Server,
        name: str,
        phone: str | None = None,
        environment: dict | None = None,
    ):
        self.home = directory / name
        self.server = server
        self.name = name
        self.phone = phone or f"+49170{random.randrange(10**6):06d}{next(_numbers) % 10}"
        self.environment = environment

    def run(
        self, *arguments: str, check: bool = True, timeout_s: float = 60.0, input: str | None = None
    ) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [str(BIN / "kith"), "--home", str(self.home), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            input=input,
            stdin=None if input is not None else subprocess.DEVNULL,
            env={**os.environ, **(self.environment or {})},
        )
        if check and done.returncode != 0:
            raise AssertionError(f"kith {' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
        return done

    def register(self) -> "Device":
        self.run("register", "--server", self.server.url, "--phone", self.phone, "--name", self.name)
        return self

    def send(self, to: "Device", text: str, *options: str) -> str:
        return self.run("send", to.phone, text, *options).stdout.strip()

    def receive(self, *options: str) -> list[dict]:
        return [json.loads(line) for line in self.run("receive", "--json", *options).stdout.splitlines()]

    def receive_texts(self, *options: str) -> list[str]:
        return [event["text"] for event in self.receive(*options) if event["type"] == "message"]

    def rpc(self) -> Rpc:
        return Rpc(self.home, self.environment)


class Scenario(unittest.TestCase):
    """A test with a directory of its own, and servers and devices that end with it."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="kith-scenario-"))
        self.addCleanup(self._end)  # runs also when a setUp that builds on this one fails
        self._servers: list[Server] = []
        self._rpcs: list[Rpc] = []

    def _end(self):
        for rpc in self._rpcs:
            if rpc.process.poll() is None:
                rpc.kill()
        for server in self._servers:
            if server.process is not None:
                server.kill()
        if any(test is self for test, _ in self._outcome.result.failures + self._outcome.result.errors):
            print(f"kept for a look: {self.directory}")
            for server in self._servers:
                print(server.log.read_text()[-3000:])
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def server(self, config: str = "", **options) -> Server:
        directory = self.directory / f"server{len(self._servers)}"
        directory.mkdir()
        server = Server(directory, config, **options)
        self._servers.append(server)
        return server.start()

    def device(self, server: Server, name: str, **options) -> Device:
        return Device(self.directory, server, name, **options).register()

    def rpc(self, device: Device) -> Rpc:
        rpc = device.rpc()
        self._rpcs.append(rpc)
        return rpc
