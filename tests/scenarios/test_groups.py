# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups between real processes: made, written in, changed, joined by a link; over a server that is killed."""
import json
import threading
import unittest

from tests.scenarios.processes import Device, Scenario, eventually


class Groups(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")
        self.eva = self.device(self.kithd, "Eva")

    def group(self, *members: Device, title: str = "Boats") -> str:
        made = self.ana.run("group", "create", title, *(member.phone for member in members))
        identity = made.stdout.strip()
        self.assertRegex(identity, "^[0-9a-f]{32}$")
        for member in members:
            member.run("receive", "--timeout", "1")
        return f"group:{identity}"

    def history(self, device: Device, group: str) -> list[dict]:
        lines = device.run("history", "--json", "--limit", "500", group).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def texts(self, device: Device, group: str) -> list[str]:
        return [line["text"] for line in self.history(device, group) if line["type"] == "message"]

    def test_everybody_reads_what_anybody_writes_in_the_same_order(self):  # GROUP-3 GROUP-4
        group = self.group(self.ben, self.eva)
        self.ana.run("send", group, "is @Ben there?", "--wait", "sent")
        came = [each for each in self.ben.receive() if each["type"] == "message"]
        self.assertEqual([(each["text"], each["group"], each["group_title"], each["from_name"]) for each in came],
                         [("is @Ben there?", group.removeprefix("group:"), "Boats", "Ana")])
        self.assertEqual([mention["name"] for mention in came[0]["mentions"]], ["Ben"])
        self.ben.run("send", group, "here", "--wait", "sent")
        self.eva.run("send", "Boats", "me too", "--wait", "sent")
        for device in (self.ana, self.ben, self.eva):
            device.run("receive", "--timeout", "2")
            self.assertEqual(self.texts(device, group), ["is @Ben there?", "here", "me too"], device.name)
        ids = [[line["id"] for line in self.history(device, group)] for device in (self.ana, self.ben, self.eva)]
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(ids[0], ids[2])

    def test_what_was_written_in_it_is_answered_in_private(self):
        group = self.group(self.ben, self.eva)
        asked = self.ben.run("send", group, "who has a tent?", "--wait", "sent").stdout.strip()
        self.ana.run("receive", "--timeout", "2")
        refused = self.ana.run("send", self.eva.phone, "I have", "--reply-to", asked, check=False)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.ana.run("send", self.ben.phone, "I have", "--reply-to", asked, "--wait", "sent")
        came = next(each for each in self.ben.receive() if each["text"] == "I have")
        self.assertNotIn("group", came)
        self.assertEqual((came["quote"]["message_id"], came["quote"]["excerpt"], came["quote"]["group_title"]),
                         (asked, "who has a tent?", "Boats"))
        self.assertIn("> Boats: who has a tent?", self.ben.run("history", self.ana.phone).stdout)
        self.assertEqual(self.texts(self.eva, group), [])
        self.eva.run("receive", "--timeout", "2")
        self.assertEqual(self.texts(self.eva, group), ["who has a tent?"])

    def test_ticks_are_of_all(self):  # GROUP-5
        group = self.group(self.ben, self.eva)
        sent = self.ana.run("send", group, "hello", "--wait", "sent").stdout.strip()

        def tick() -> str:
            self.ana.run("receive", "--timeout", "1")
            return next(line["tick"] for line in self.history(self.ana, group) if line["id"] == sent)

        self.ben.run("receive", "--timeout", "2", "--mark-read")
        self.assertEqual(tick(), "sent")
        self.eva.run("receive", "--timeout", "2")
        eventually(lambda: tick() == "delivered", what="all have it")
        self.eva.run("history", "--mark-read", group)
        eventually(lambda: tick() == "read", what="all have read it")

    def test_who_is_taken_out_reads_no_more_and_who_comes_by_the_link_from_then_on(self):  # GROUP-6
        group = self.group(self.ben)
        self.ana.run("send", group, "before Eva", "--wait", "sent")
        link = self.ana.run("group", "link", group, "--new").stdout.strip()
        self.assertTrue(link.startswith(self.kithd.url + "/join#"), link)
        self.assertEqual("group:" + self.eva.run("group", "join", link).stdout.strip(), group)
        self.ben.run("receive", "--timeout", "2")
        self.ana.run("receive", "--timeout", "1")
        self.ana.run("send", group, "with Eva", "--wait", "sent")
        self.eva.run("receive", "--timeout", "2")
        self.assertEqual(self.texts(self.eva, group), ["with Eva"])
        self.ana.run("group", "remove", group, self.eva.phone)
        self.ben.run("receive", "--timeout", "2")
        self.ben.run("send", group, "after Eva", "--wait", "sent")
        self.eva.run("receive", "--timeout", "2")
        self.assertEqual(self.texts(self.eva, group), ["with Eva"])
        refused = self.eva.run("send", group, "may I?", check=False)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.ana.run("receive", "--timeout", "2")
        self.assertEqual(self.texts(self.ana, group), ["before Eva", "with Eva", "after Eva"])

    def test_nothing_acknowledged_is_lost_when_the_server_is_killed_again_and_again(self):  # SEND-2 GROUP-3
        group = self.group(self.ben, self.eva)
        count = 60
        sent: list[str] = []

        def write(device: Device):
            for number in range(count):
                text = f"{device.name} {number}"
                done = device.run("send", group, text, "--wait", "sent", "--timeout", "60", check=False)
                if done.returncode == 0:
                    sent.append(text)

        writers = [threading.Thread(target=write, args=(device,)) for device in (self.ana, self.ben)]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            for writer in writers:
                writer.join(0.7)
            if any(writer.is_alive() for writer in writers):
                self.kithd.kill()
                self.kithd.start()
        self.assertGreater(len(sent), count)
        for device in (self.ana, self.ben, self.eva):
            device.run("receive", "--timeout", "3")

        def all_have_all() -> bool:
            shown = [self.texts(device, group) for device in (self.ana, self.ben, self.eva)]
            if any(set(sent) - set(texts) for texts in shown):
                for device in (self.ana, self.ben, self.eva):
                    device.run("receive", "--timeout", "2")
                return False
            return True

        eventually(all_have_all, timeout_s=90, what="all have what was acknowledged")
        for device in (self.ana, self.ben, self.eva):
            texts = self.texts(device, group)
            self.assertEqual(len(texts), len(set(texts)), "nothing twice")
        lists = [[text for text in self.texts(device, group) if text in set(sent)]
                 for device in (self.ana, self.ben, self.eva)]
        self.assertEqual(lists[0], lists[1])
        self.assertEqual(lists[0], lists[2])


if __name__ == "__main__":
    unittest.main()
