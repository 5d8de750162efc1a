#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people talk through `kith rpc`. Standard library only.

    rpc_example.py [SERVER [KITH]]      for instance: rpc_example.py http://localhost:8080 build/release/bin/kith

The server must be a development server (./run starts one), which tells the registration code itself.
"""
import collections
import json
import random
import subprocess
import sys
import tempfile


class Kith:
    """One device: a home directory and the `kith rpc` that runs on it."""

    def __init__(self, program, home):
        self.process = subprocess.Popen(
            [program, "--home", home, "rpc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.last_id = 0
        self.notifications = collections.deque()

    def call(self, method, **params):
        """Calls a method and returns its result; raises RuntimeError with the error object when it fails."""
        self.last_id += 1
        request = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        while True:
            line = self.read()
            if "method" in line:  # an event came first
                self.notifications.append((line["method"], line["params"]))
            elif line["id"] == self.last_id:
                if "error" in line:
                    raise RuntimeError(line["error"])
                return line["result"]

    def wait_for(self, method, condition):
        """Returns the params of the first notification `method` that meets the condition."""
        while True:
            name, params = self.notifications.popleft() if self.notifications else self.next_notification()
            if name == method and condition(params):
                return params

    def next_notification(self):
        line = self.read()
        return line["method"], line["params"]

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("kith rpc has ended")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.read()
        return self.process.wait()


def register(device, server, name):
    phone = f"+4917{random.randrange(10**8, 10**9)}"
    code = device.call("request_code", server=server, handle=phone)["code"]
    device.call("register", server=server, handle=phone, code=code, name=name)
    return phone


def main():
    server = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
    program = sys.argv[2] if len(sys.argv) > 2 else "kith"
    with tempfile.TemporaryDirectory() as ana_home, tempfile.TemporaryDirectory() as ben_home:
        ana, ben = Kith(program, ana_home), Kith(program, ben_home)
        register(ana, server, "Ana")
        ben_phone = register(ben, server, "Ben")

        # Ana writes. The answer says that the message is kept; the ticks come as notifications.
        sent = ana.call("send_message", handle=ben_phone, text="Hello from a program")["message"]

        # Ben's device gets it, shows it, and says that it was read.
        received = ben.wait_for("message_added", lambda message: message["id"] == sent["id"])
        profile = ben.call("get_profile", account_id=received["sender"]["account_id"])
        print(f"{profile['name']} ({profile['handles'][0]['text']}) wrote: {received['text']['text']}")
        ben.call("mark_read", conversation=received["conversation"])

        ana.wait_for("message_changed", lambda message: message["id"] == sent["id"] and message["tick"] == "kRead")
        print("and knows that it was read")
        return ana.close() or ben.close()


if __name__ == "__main__":
    sys.exit(main())
