# SPDX-License-Identifier: AGPL-3.0-or-later
"""Processes killed at any moment: nothing acknowledged is lost, nothing is shown twice, order is kept."""
import random
import subprocess
import time
import unittest

from tests.scenarios.processes import Rpc, RpcError, Scenario, eventually


def texts_of(rpc: Rpc, conversation: str) -> list[str]:
    """All texts that came in, oldest first, read from the device's database."""
    messages, before = [], {}
    while True:
        page = rpc.call("list_messages", conversation=conversation, limit=500, **before)
        messages = page["messages"] + messages
        if not page.get("more"):
            return [m["text"]["text"] for m in messages if not m["outgoing"]]
        before = dict(before_order_us=page["messages"][0]["order_us"], before_id=page["messages"][0]["id"])


class Crashes(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")

    def test_the_server_is_killed_under_load(self):  # SEND-1 SEND-2 INBOX-1 INBOX-3 ORDER-1
        ana, ben = self.rpc(self.ana), self.rpc(self.ben)
        ana.wait_online()
        ben.wait_online()
        with_ben = ana.call("open_conversation", handle=self.ben.phone)["id"]
        with_ana = ben.call("open_conversation", handle=self.ana.phone)["id"]
        to_ben, to_ana = [], []
        for round_number in range(6):
            for i in range(50):
                to_ben.append(f"a{round_number}.{i}")
                ana.call("send_message", conversation=with_ben, text=to_ben[-1])
                to_ana.append(f"b{round_number}.{i}")
                ben.call("send_message", conversation=with_ana, text=to_ana[-1])
                if i == 25:
                    time.sleep(random.uniform(0, 0.05))
                    self.kithd.kill()
                if i == 40:
                    self.kithd.start()
        eventually(lambda: int(ana.call("get_state").get("unsent_messages", 0)) == 0, 60, "Ana's outbox being empty")
        eventually(lambda: int(ben.call("get_state").get("unsent_messages", 0)) == 0, 60, "Ben's outbox being empty")
        eventually(lambda: len(texts_of(ben, with_ana)) >= len(to_ben), 60, "everything at Ben's")
        eventually(lambda: len(texts_of(ana, with_ben)) >= len(to_ana), 60, "everything at Ana's")
        self.assertEqual(texts_of(ben, with_ana), to_ben)
        self.assertEqual(texts_of(ana, with_ben), to_ana)
        for rpc in (ana, ben):
            self.assertEqual(int(rpc.call("get_state").get("undecryptable", 0)), 0)
            self.assertEqual(
                [
                    e["params"]["text"]["text"]
                    for e in rpc.events
                    if e["method"] == "message_added" and not e["params"]["outgoing"]
                ],
                to_ben if rpc is ben else to_ana,
                "each shown once, in order",
            )

    def test_the_sender_is_killed_between_any_two_steps(self):  # [F2] SEND-1
        with_ben, accepted = None, []
        for attempt in range(12):
            ana = self.rpc(self.ana)
            with_ben = with_ben or ana.call("open_conversation", handle=self.ben.phone)["id"] if attempt else None
            if with_ben is None:
                ana.wait_online()
                with_ben = ana.call("open_conversation", handle=self.ben.phone)["id"]
            for i in range(10):
                text = f"{attempt}.{i}"
                ana.call("send_message", conversation=with_ben, text=text)
                accepted.append(text)
            time.sleep(random.uniform(0, 0.15))
            ana.kill()
        ana = self.rpc(self.ana)
        eventually(lambda: int(ana.call("get_state").get("unsent_messages", 0)) == 0, 60, "the outbox being empty")
        self.assertEqual(self.ben.receive_texts("--timeout", "5"), accepted)
        self.assertEqual(self.ben.receive_texts(), [])

    def test_the_receiver_is_killed_between_any_two_steps(self):  # INBOX-1 INBOX-2
        ana = self.rpc(self.ana)
        ana.wait_online()
        with_ben = ana.call("open_conversation", handle=self.ben.phone)["id"]
        sent = []
        for attempt in range(12):
            ben = self.rpc(self.ben)
            for i in range(10):
                sent.append(f"{attempt}.{i}")
                ana.call("send_message", conversation=with_ben, text=sent[-1])
            time.sleep(random.uniform(0, 0.2))
            ben.kill()
        ben = self.rpc(self.ben)
        ben.wait_online()
        with_ana = ben.call("open_conversation", handle=self.ana.phone)["id"]
        eventually(lambda: len(texts_of(ben, with_ana)) >= len(sent), 30, "everything at Ben's")
        self.assertEqual(texts_of(ben, with_ana), sent)
        self.assertEqual(int(ben.call("get_state").get("undecryptable", 0)), 0)

    def test_receive_prints_nothing_twice_when_it_is_killed(self):
        texts = [f"m{i}" for i in range(60)]
        for text in texts:
            self.ana.send(self.ben, text)
        printed = []
        for _ in range(6):
            process = subprocess.Popen([str(self.bin()), "--home", str(self.ben.home), "receive", "--json", "--follow"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            time.sleep(random.uniform(0.02, 0.3))
            process.kill()
            printed += [line for line in process.communicate()[0].splitlines() if line.endswith("}")]
        ids = [__import__("json").loads(line)["id"] for line in printed]
        self.assertEqual(len(ids), len(set(ids)), "nothing twice")

    @staticmethod
    def bin():
        from tests.scenarios.processes import BIN
        return BIN / "kith"

    def test_a_server_told_to_stop_drains_and_ends_within_its_bound(self):
        ana = self.rpc(self.ana)
        ana.wait_online()
        started = time.monotonic()
        self.assertEqual(self.kithd.stop(), 0)
        self.assertLess(time.monotonic() - started, 15)
        eventually(lambda: ana.call("get_state")["connection"] != "kOnline", what="Ana seeing it")
        self.kithd.start()
        ana.wait_online(30)

    def test_a_storm_of_reconnecting_devices_loses_nothing(self):
        devices = [self.device(self.kithd, f"Device{i}") for i in range(12)]
        rpcs = [self.rpc(device) for device in devices]
        for rpc in rpcs:
            rpc.wait_online()
        for device, rpc in zip(devices, rpcs):
            rpc.call("send_message", handle=self.ben.phone, text=f"before from {device.name}")
        self.kithd.kill()
        for device, rpc in zip(devices, rpcs):
            eventually(lambda: self.try_send(rpc, f"during from {device.name}"), what="queueing offline")
        self.kithd.start()
        for rpc in rpcs:
            eventually(lambda: int(rpc.call("get_state").get("unsent_messages", 0)) == 0, 60, "the outbox being empty")
        texts = self.ben.receive_texts("--timeout", "5")
        expected = {f"{word} from {device.name}" for device in devices for word in ("before", "during")}
        self.assertEqual(set(texts), expected)
        self.assertEqual(len(texts), len(expected))

    def try_send(self, rpc, text):
        try:
            return rpc.call("send_message", handle=self.ben.phone, text=text)
        except RpcError as error:
            if error.code == "kOffline":
                return None
            raise


if __name__ == "__main__":
    unittest.main()
