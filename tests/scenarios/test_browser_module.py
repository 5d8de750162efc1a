# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's module, in Node, talks with the native client: two builds of one core.

tools/build_wasm makes the module.
"""

import contextlib
import os
import random
import sqlite3
import unittest

from tests.scenarios.processes import ROOT, Device, Rpc, RpcError, Scenario


class ModuleDevice(Device):
    """A device whose core is build/wasm/kith_core.wasm."""

    def rpc(self) -> Rpc:
        web = ROOT / "web"
        loader = (web / "node_modules/tsx/dist/loader.mjs").as_uri()
        return Rpc(
            self.home,
            self.environment,
            command=["node", "--import", loader, str(web / "core-client/node_rpc.ts"), "--home", str(self.home)],
        )


class BrowserModule(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.native = self.rpc(self.device(self.kithd, "Native"))
        self.module = self.rpc(ModuleDevice(self.directory, self.kithd, "Module"))
        self.module_phone = f"+49171{random.randrange(10**7):07d}"
        code = self.module.call("request_code", server=self.kithd.url, handle=self.module_phone)["code"]
        self.module.call("register", server=self.kithd.url, handle=self.module_phone, code=code, name="Module")
        self.native_phone = self.native.call("get_state")["handles"][0]["text"]
        self.native.wait_online()
        self.module.wait_online()

    def talk(self, sender: Rpc, receiver: Rpc, phone: str, text: str):
        sent = sender.call("send_message", handle=phone, text=text)["message"]
        arrived = receiver.wait_event("message_added", lambda p: p["text"]["text"] == text)
        self.assertEqual(arrived["id"], sent["id"])
        receiver.call("mark_read", conversation=arrived["conversation"])
        sender.wait_event("message_changed", lambda p: p["id"] == sent["id"] and p["tick"] == "kRead")
        return arrived

    def test_both_ways_with_all_ticks_and_many_turns_of_the_ratchet(self):  # [F1 F10 F12 F14]
        for turn in range(6):
            self.talk(self.native, self.module, self.module_phone, f"from native {turn} ✓ {'x' * 300 * turn}")
            self.talk(self.module, self.native, self.native_phone, f"from the module {turn} ✓ {'y' * 300 * turn}")

    def test_the_module_writes_first(self):
        self.talk(self.module, self.native, self.native_phone, "hello from a browser")
        self.talk(self.native, self.module, self.module_phone, "hello from a terminal")

    def test_both_compute_the_same_safety_number_and_accept_each_others_code(self):
        at_native = self.native.call("get_safety_number", handle=self.module_phone)
        at_module = self.module.call("get_safety_number", handle=self.native_phone)
        self.assertEqual(at_native["digits"], at_module["digits"])
        self.assertRegex(at_native["digits"], "^[0-9]{60}$")
        conversation = self.module.call("open_conversation", handle=self.native_phone)["id"]
        self.module.call("set_verified", conversation=conversation, scanned_qr_payload=at_native["qr_payload"])
        self.assertTrue(self.module.call("get_safety_number", handle=self.native_phone)["verified"])

    def test_the_module_killed_and_started_again_has_lost_and_repeated_nothing(self):  # INBOX-2 SEND-1
        arrived = self.talk(self.native, self.module, self.module_phone, "before")
        self.module.kill()
        for i in range(20):
            self.native.call("send_message", handle=self.module_phone, text=f"while away {i}")
        self.module = self.rpc(ModuleDevice(self.directory, self.kithd, "Module"))
        self.module.wait_event("message_added", lambda p: p["text"]["text"] == "while away 19")
        self.module.kill()
        self.module = self.rpc(ModuleDevice(self.directory, self.kithd, "Module"))
        messages = self.module.call("list_messages", conversation=arrived["conversation"])["messages"]
        self.assertEqual([m["text"]["text"] for m in messages], ["before", *(f"while away {i}" for i in range(20))])

    def test_the_module_rebuilds_a_damaged_database(self):
        conversation = self.talk(self.native, self.module, self.module_phone, "first")["conversation"]
        for i in range(300):
            self.module.call("send_message", conversation=conversation, text=f"text {i}")
        self.talk(self.module, self.native, self.native_phone, "last")
        self.module.close()
        file = self.directory / "Module" / "kith.db"
        with contextlib.closing(sqlite3.connect(file)) as database:
            [(page,)] = database.execute(
                "SELECT pgoffset FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' "
                "ORDER BY path LIMIT 1 OFFSET 1"
            )
        self.damage(file, page)
        self.module = self.rpc(ModuleDevice(self.directory, self.kithd, "Module"))
        with self.assertRaises((RpcError, AssertionError), msg="met while running: the module ends"):
            self.module.call("list_messages", conversation=conversation, limit=500)
        self.module.kill()
        self.module = self.rpc(ModuleDevice(self.directory, self.kithd, "Module"))
        rebuilt = self.module.call("get_state")["rebuilt"]
        texts = [
            m["text"]["text"]
            for m in self.module.call("list_messages", conversation=conversation, limit=500)["messages"]
        ]
        self.assertEqual(len(texts), int(rebuilt["messages_kept"]))
        self.assertGreater(len(texts), 150)
        self.assertLess(len(texts), 302)
        self.assertEqual((texts[0], texts[-1]), ("first", "last"))
        self.module.wait_online()
        self.talk(self.module, self.native, self.native_phone, "after")
        self.talk(self.native, self.module, self.module_phone, "after that")
        self.module.close()
        self.damage(file, 0)
        self.module = self.rpc(ModuleDevice(self.directory, self.kithd, "Module"))
        self.assertEqual(int(self.module.call("get_state")["rebuilt"]["messages_kept"]), len(texts) + 2)

    @staticmethod
    def damage(file, at: int):
        with open(file, "r+b") as damaged:
            damaged.seek(at)
            damaged.write(os.urandom(8192))


if __name__ == "__main__":
    unittest.main()
