# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people talk: the main path through real processes."""
import json
import unittest

from tests.scenarios.processes import Device, RpcError, Scenario, eventually


class TwoPeople(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")

    def test_a_message_arrives_once_with_its_fields_and_ticks(self):  # [F1 F10 F14] SEND-1 INBOX-1
        message_id = self.ana.send(self.ben, "hello Ben", "--wait", "sent")
        self.assertRegex(message_id, "^[0-9a-f]{32}$")
        events = self.ben.receive()
        self.assertEqual(len(events), 1)
        self.assertEqual(events[0]["type"], "message")
        self.assertEqual(events[0]["id"], message_id)
        self.assertEqual(events[0]["from"], self.ana.phone)
        self.assertEqual(events[0]["text"], "hello Ben")
        self.assertIn("sent_at", events[0])
        self.assertEqual(self.ben.receive(), [], "printed once, over any number of runs")

    def test_somebody_without_a_number_registers_and_is_written_to_by_an_email_address(self):  # HANDLE-1
        cem = Device(self.directory, self.kithd, "Cem", phone="cem@example.org")
        cem.run("register", "--server", self.kithd.url, "--email", "Cem@Example.org", "--name", "Cem")
        self.ana.run("send", "cem@example.org", "is this you?", "--wait", "sent")
        self.assertEqual(cem.receive_texts(), ["is this you?"])
        cem.send(self.ana, "it is")
        self.assertEqual([e["from"] for e in self.ana.receive() if e["type"] == "message"], ["cem@example.org"])

    def test_offline_receiver_gets_everything_in_order(self):  # [F3] ORDER-1
        texts = [f"message {i}" for i in range(40)]
        for text in texts:
            self.ana.send(self.ben, text)
        self.assertEqual(self.ben.receive_texts(), texts)

    def test_offline_sender_queues_and_a_later_command_sends(self):  # [F2]
        self.ana.send(self.ben, "first", "--wait", "sent")
        self.kithd.stop()
        done = self.ana.run("send", self.ben.phone, "written offline")
        self.assertRegex(done.stdout.strip(), "^[0-9a-f]{32}$")
        self.assertIn("offline", done.stderr.lower())
        self.kithd.start()
        self.ana.run("receive")
        self.assertEqual(self.ben.receive_texts(), ["first", "written offline"])

    def test_the_longest_text_with_a_quote_passes_a_server_as_it_comes(self):  # LIMIT-1
        quoted = self.ana.send(self.ben, "q" * 1000, "--wait", "sent")
        text = "ä" * 32768
        done = self.ana.run("send", "--reply-to", quoted, "--wait", "sent", self.ben.phone, "-", input=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ben.receive_texts(), ["q" * 1000, text])
        done = self.ana.run("send", self.ben.phone, "-", input=text + "a", check=False)
        self.assertIn("65536 bytes", done.stderr)

    def test_ticks_rise_to_delivered_and_read(self):  # [F12 F14] RECEIPT-1 RECEIPT-2
        ana, ben = self.rpc(self.ana), self.rpc(self.ben)
        ana.wait_online()
        ben.wait_online()
        sent = ana.call("send_message", handle=self.ben.phone, text="look at the ticks")["message"]
        arrived = ben.wait_event("message_added", lambda p: p["text"]["text"] == "look at the ticks")
        self.assertEqual(arrived["id"], sent["id"])
        ana.wait_event("message_changed", lambda p: p["id"] == sent["id"] and p["tick"] == "kDelivered")
        ben.call("mark_read", conversation=arrived["conversation"])
        ana.wait_event("message_changed", lambda p: p["id"] == sent["id"] and p["tick"] == "kRead")

    def test_wait_delivered_and_read_from_the_shell(self):
        ben = self.rpc(self.ben)
        ben.wait_online()
        self.ana.send(self.ben, "delivered?", "--wait", "delivered")
        arrived = ben.wait_event("message_added", lambda p: p["text"]["text"] == "delivered?")
        ben.call("mark_read", conversation=arrived["conversation"])
        # A second message, read as soon as it is there.
        import threading
        def read_when_there():
            message = ben.wait_event("message_added", lambda p: p["text"]["text"] == "read?")
            ben.call("mark_read", conversation=message["conversation"])
        reader = threading.Thread(target=read_when_there)
        reader.start()
        self.ana.send(self.ben, "read?", "--wait", "read", "--timeout", "20")
        reader.join()

    def test_read_receipts_can_be_turned_off_reciprocally(self):  # [F12]
        ana, ben = self.rpc(self.ana), self.rpc(self.ben)
        ana.wait_online()
        ben.wait_online()
        ben.call("set_settings", read_receipts=False)
        sent = ana.call("send_message", handle=self.ben.phone, text="private reading")["message"]
        arrived = ben.wait_event("message_added", lambda p: p["text"]["text"] == "private reading")
        ben.call("mark_read", conversation=arrived["conversation"])
        back = ben.call("send_message", conversation=arrived["conversation"], text="seen, not told")["message"]
        got = ana.wait_event("message_added", lambda p: p["text"]["text"] == "seen, not told")
        ana.call("mark_read", conversation=got["conversation"])
        ana.call("send_message", handle=self.ben.phone, text="marker")
        ben.wait_event("message_added", lambda p: p["text"]["text"] == "marker")
        self.assertEqual(ana.call("get_message", id=sent["id"])["tick"], "kDelivered")
        self.assertEqual(ben.call("get_message", id=back["id"])["tick"], "kDelivered")

    def test_typing_presence_and_last_seen(self):  # [F13] EPHEMERAL-1 EPHEMERAL-2
        ana, ben = self.rpc(self.ana), self.rpc(self.ben)
        ana.wait_online()
        ben.wait_online()
        with_ben = ana.call("open_conversation", handle=self.ben.phone)["id"]
        with_ana = ben.call("open_conversation", handle=self.ana.phone)["id"]
        ben.call("set_available", available=True)
        ana.call("set_available", available=True)
        ana.call("watch_presence", conversations=[with_ben])
        ana.wait_event(
            "presence_changed", lambda p: p["conversation"] == with_ben and p["presence"]["kind"] == "kOnline"
        )
        ben.call("set_typing", conversation=with_ana, typing=True)
        ana.wait_event("typing_changed", lambda p: p["conversation"] == with_ben and p["typing"])
        ben.call("set_typing", conversation=with_ana, typing=False)
        ana.wait_event("typing_changed", lambda p: p["conversation"] == with_ben and not p["typing"])
        ben.close()
        last = ana.wait_event("presence_changed", lambda p: p["presence"]["kind"] == "kLastSeen")
        self.assertGreater(int(last["presence"]["last_seen_us"]), 1_000_000)

    def test_last_seen_is_hidden_by_scope_and_reciprocally(self):  # [F13] EPHEMERAL-2
        ana, ben = self.rpc(self.ana), self.rpc(self.ben)
        ana.wait_online()
        ben.wait_online()
        ben.call("set_settings", last_seen="kNobody")
        with_ben = ana.call("open_conversation", handle=self.ben.phone)["id"]
        with_ana = ben.call("open_conversation", handle=self.ana.phone)["id"]
        ana.call("set_available", available=True)
        ben.call("set_available", available=True)
        ana.call("watch_presence", conversations=[with_ben])
        ben.call("watch_presence", conversations=[with_ana])
        ana.wait_event(
            "presence_changed", lambda p: p["conversation"] == with_ben and p["presence"]["kind"] == "kHidden"
        )
        ben.wait_event(
            "presence_changed", lambda p: p["conversation"] == with_ana and p["presence"]["kind"] == "kHidden"
        )

    def test_blocked_people_reach_nobody(self):  # [F28] SEND-4
        self.ana.send(self.ben, "before", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["before"])
        self.ben.run("block", self.ana.phone)
        message = self.ana.send(self.ben, "while blocked", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), [])
        history = json.loads(
            "[" + ",".join(self.ana.run("history", self.ben.phone, "--json").stdout.splitlines()) + "]"
        )
        self.assertEqual([m.get("tick") for m in history if m["id"] == message], ["sent"], "one tick, for ever")
        self.ben.run("unblock", self.ana.phone)
        self.ana.send(self.ben, "after", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["after"])

    def test_replies_quote_and_search_finds(self):  # [F20]
        first = self.ana.send(self.ben, "Where shall we meet in Zürich?", "--wait", "sent")
        self.ben.receive()
        self.ben.run("send", self.ana.phone, "At the station", "--reply-to", first, "--wait", "sent")
        ana = self.rpc(self.ana)
        ana.wait_online()
        reply = ana.wait_event("message_added", lambda p: p["text"]["text"] == "At the station") if any(
            e["method"] == "message_added" for e in ana.events) else eventually(
            lambda: next((m for m in ana.call("search", query="station")["messages"]), None))
        self.assertEqual(reply["quote"]["message_id"], first)
        self.assertIn("Zürich", reply["quote"]["excerpt"])
        self.assertEqual([m["id"] for m in ana.call("search", query="zurich mee")["messages"]], [first])

    def test_safety_numbers_agree(self):  # [F10]
        self.ana.send(self.ben, "hi", "--wait", "sent")
        self.ben.receive()
        digits = lambda device, other: "".join(c for c in device.run("verify", other.phone).stdout if c.isdigit())[:60]
        self.assertEqual(len(digits(self.ana, self.ben)), 60)
        self.assertEqual(digits(self.ana, self.ben), digits(self.ben, self.ana))

    def test_registering_again_ends_the_old_device_and_shows_a_changed_identity(self):  # DEVICE-2 DEVICE-3
        self.ana.send(self.ben, "old identity", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["old identity"])
        self.ben.send(self.ana, "to the old device", "--wait", "sent")
        again = self.device(self.kithd, "AnaAgain", phone=self.ana.phone)
        old = self.ana.run("receive", check=False)
        self.assertNotEqual(old.returncode, 0, "the old device was ended")
        self.assertIn("ended", old.stderr.lower())
        # Written before the change was known, a message waits until the person agrees (IDENTITY-6).
        self.ben.run("send", again.phone, "to the new device", check=False)
        self.ben.run("accept", again.phone)
        self.assertEqual(again.receive_texts(), ["to the new device"])
        ben = self.rpc(self.ben)
        conversation = ben.call("open_conversation", handle=self.ana.phone)["id"]
        messages = ben.call("list_messages", conversation=conversation)["messages"]
        self.assertTrue(any("identity_changed" in m for m in messages))

    def test_a_registration_pin_protects_the_number(self):
        self.ana.run("settings", "set", "pin", "2468")
        refused = self.ana_again("--pin", "1111")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("pin", refused.stderr.lower())
        self.assertEqual(self.ana_again("--pin", "2468").returncode, 0)

    def ana_again(self, *options):
        again = Device(self.directory, self.kithd, "AnaPin", phone=self.ana.phone)
        return again.run(
            "register", "--server", self.kithd.url, "--phone", again.phone, "--name", "Ana", *options, check=False
        )

    def test_bad_input_gets_named_errors(self):
        ana = self.rpc(self.ana)
        ana.wait_online()
        for method, params, code in (
                ("send_message", dict(handle=self.ben.phone, text=""), "kBlank"),
                ("send_message", dict(handle=self.ben.phone, text="x" * 70_000), "kTooLarge"),
                ("send_message", dict(conversation="00" * 16, text="x"), "kNoSuchConversation"),
                ("open_conversation", dict(handle="+4917"), "kInvalidHandle"),
                ("open_conversation", dict(handle="+491709999999"), "kNoSuchAccount"),
                ("get_message", dict(id="11" * 16), "kNoSuchMessage")):
            with self.subTest(method=method, params=str(params)[:60]):
                with self.assertRaises(RpcError) as refused:
                    ana.call(method, **params)
                self.assertEqual(refused.exception.code, code)

    def test_contacts_names_and_profile(self):  # [F31 F34 F35]
        cards = self.directory / "contacts.vcf"
        cards.write_text(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Benjamin Example\r\nTEL;TYPE=CELL:{self.ben.phone}\r\nEND:VCARD\r\n"
        )
        self.ana.run("contacts", "import", str(cards))
        self.assertIn("Benjamin Example", self.ana.run("contacts").stdout)
        self.ana.send(self.ben, "hi", "--wait", "sent")
        self.assertIn("Benjamin Example", self.ana.run("conversations").stdout)
        self.ben.run("profile", "set", "--about", "at the lake")
        self.assertIn("at the lake", self.ben.run("profile").stdout)
        ana = self.rpc(self.ana)
        ana.wait_online()
        partner = ana.call("open_conversation", handle=self.ben.phone)["direct"]["partner"]
        self.assertEqual(ana.call("get_profile", account_id=partner["account_id"])["about"], "at the lake")


if __name__ == "__main__":
    unittest.main()
