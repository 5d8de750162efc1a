#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast the terminal client is: a real kithd and real homes on this machine, standard library only.

    bench/terminal.py [--messages N] [--runs N] [--bin DIR]

  send       send_message calls in the pipe of `kith rpc`, as many at once as an outbox holds, without a server: each is
             answered when it is stored and synced
  hand over  the same device then sends what waits
  receive    `kith receive --json` of all of them, from the start of the program to its end
  commands   `kith conversations`, `history`, `search` with all of them in the database: median of the runs, from start
             to end

Rates are messages a second; CPU is user and system time of that process alone.
"""
from __future__ import annotations

import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTBOX = 10_000  # messages that a device keeps unsent


def call(number: int) -> str:
    """A line for `kith rpc` that writes a message."""
    text = f"message number {number} of many, about as long as people write"
    params = {"handle": "+491700000002", "text": text}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "send_message", "params": params}) + "\n"


def used_by_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(command: list[str], **options) -> tuple[float, float, subprocess.CompletedProcess]:
    cpu, start = used_by_children(), time.monotonic()
    done = subprocess.run(command, **options)
    return time.monotonic() - start, used_by_children() - cpu, done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    options = parser.parse_args()
    kith, count = str(options.bin / "kith"), options.messages

    def report(what: str, seconds: float, cpu: float, number: int) -> None:
        print(
            f"{what:<14} {number / seconds:>9,.0f}/s {seconds:>8.2f} s {cpu / number * 1e6:>8.1f} µs CPU each",
            flush=True,
        )

    with tempfile.TemporaryDirectory(prefix="kith-bench-") as directory:
        base = pathlib.Path(directory)
        # A stranger to the addressee, whose share is a fifth of an inbox (LIMIT-2).
        (base / "kith.toml").write_text(
            f"[inbox]\ndevice_entries_max = {count * 8 + 1000}\ndevice_bytes_max = {(count + 1000) * 8000}\n"
            "[limits]\nsends_per_second = 0\n"
        )
        def start(address: str) -> tuple[subprocess.Popen, str]:
            process = subprocess.Popen(
                [
                    str(options.bin / "kithd"),
                    "--data",
                    str(base / "data"),
                    "--listen",
                    address,
                    "--config",
                    str(base / "kith.toml"),
                    "--codes",
                    "echo",
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            return process, process.stdout.readline().strip().removeprefix("listening on ")

        server, url = start("127.0.0.1:0")
        try:
            for name, phone in (("ana", "+491700000001"), ("ben", "+491700000002")):
                subprocess.run(
                    [
                        kith,
                        "--home",
                        str(base / name),
                        "register",
                        "--server",
                        url,
                        "--phone",
                        phone,
                        "--name",
                        name.title(),
                    ],
                    check=True,
                    stderr=subprocess.DEVNULL,
                )
            subprocess.run(
                [kith, "--home", str(base / "ana"), "send", "+491700000002", "hello", "--wait", "sent"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            written, written_cpu, handed, handed_cpu = 0.0, 0.0, 0.0, 0.0
            for first in range(0, count, OUTBOX):
                stage = range(first, min(count, first + OUTBOX))
                (base / "calls").write_text("".join(call(i) for i in stage))
                server.terminate()
                server.wait()
                with open(base / "calls") as given, open(base / "answers", "w") as taken:
                    seconds, cpu, _ = measured(
                        [kith, "--home", str(base / "ana"), "rpc", "--no-connect"],
                        stdin=given,
                        stdout=taken,
                        check=True,
                        stderr=subprocess.DEVNULL,
                    )
                answers = sum(1 for line in open(base / "answers") if '"result"' in line)
                assert answers == len(stage), f"{answers} of {len(stage)} were answered"
                written, written_cpu = written + seconds, written_cpu + cpu

                server, _ = start(url.removeprefix("http://").rstrip("/"))
                while True:
                    seconds, cpu, done = measured(
                        [kith, "--home", str(base / "ana"), "status", "--json"], stdout=subprocess.PIPE, text=True
                    )
                    handed, handed_cpu = handed + seconds, handed_cpu + cpu
                    if json.loads(done.stdout)["unsent"] == 0:
                        break
            report("send", written, written_cpu, count)
            report("hand over", handed, handed_cpu, count)

            with open(base / "received", "w") as taken:
                seconds, cpu, _ = measured(
                    [kith, "--home", str(base / "ben"), "receive", "--json"], stdout=taken, check=True
                )
            received = sum(1 for _ in open(base / "received"))
            assert received == count + 1, f"{received} of {count + 1} came"
            report("receive", seconds, cpu, count)

            for name, arguments in (("conversations", []), ("history", ["+491700000001"]), ("search", ["number"])):
                times, cpus = [], []
                for _ in range(options.runs):
                    seconds, cpu, _ = measured(
                        [kith, "--home", str(base / "ben"), name, *arguments], stdout=subprocess.DEVNULL, check=True
                    )
                    times.append(seconds * 1000)
                    cpus.append(cpu * 1000)
                print(
                    f"{name:<14} {statistics.median(times):>9.1f} ms {statistics.median(cpus):>9.1f} ms CPU; "
                    f"first {times[0]:.1f} ms",
                    flush=True,
                )
        finally:
            server.terminate()
            server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
