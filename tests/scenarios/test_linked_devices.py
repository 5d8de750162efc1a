# SPDX-License-Identifier: AGPL-3.0-or-later
"""An account with two devices: linked by a link, the same on both, ended from the first."""
import json
import subprocess
import unittest

from tests.scenarios.processes import BIN, Device, Scenario, eventually


class LinkedDevices(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")

    def link(self, name: str = "Laptop") -> Device:
        """A new home that is a device of Ana's, let in as a script would do it."""
        added = Device(self.directory, self.kithd, name, phone=self.ana.phone)
        kith = [str(BIN / "kith"), "--home", str(added.home)]
        command = [*kith, "devices", "link", "--server", self.kithd.url, "--name", name]
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(waiting.kill)
        link = waiting.stdout.readline().strip()
        self.assertTrue(link.startswith(self.kithd.url + "/link#"), link)
        self.ana.run("devices", "add", link)
        out, words = waiting.communicate(timeout=30)
        self.assertEqual((waiting.returncode, out), (0, ""), words)
        return added

    def test_both_devices_show_the_same(self):  # LINK-5 COPY-1 COPY-2 DEVICE-1
        laptop = self.link()
        first = self.ana.send(self.ben, "from the first", "--wait", "sent")
        second = laptop.send(self.ben, "from the laptop", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["from the first", "from the laptop"])
        self.ben.send(self.ana, "to both", "--wait", "sent")
        self.assertEqual(self.ana.receive_texts(), ["to both"])
        self.assertEqual(laptop.receive_texts(), ["to both"])
        for device in (self.ana, laptop):
            lines = device.run("history", "--json", self.ben.phone).stdout.splitlines()
            self.assertEqual([json.loads(line)["id"] for line in lines][:2], [first, second])
        self.ana.run("history", "--mark-read", self.ben.phone)
        eventually(lambda: self.unread(laptop) == 0, what="what was read on the first is read on the laptop")

    def unread(self, device: Device) -> int:
        device.run("receive", "--timeout", "1")
        lines = device.run("conversations", "--json").stdout.splitlines()
        return sum(json.loads(line)["unread"] for line in lines)

    def test_contacts_pins_and_blocks_are_the_same_on_both(self):  # STATE-1 STATE-4 STATE-7
        self.ana.run("contacts", "add", self.ben.phone, "Benjamin")
        laptop = self.link()
        self.ana.run("pin", self.ben.phone)
        self.ana.run("mute", self.ben.phone, "--hours", "8")

        def on_laptop() -> dict:
            laptop.run("receive", "--timeout", "1")
            lines = [json.loads(line) for line in laptop.run("conversations", "--json").stdout.splitlines()]
            return next((line for line in lines if line["title"] == "Benjamin"), {})

        eventually(lambda: on_laptop().get("pinned") and "muted_until" in on_laptop(), what="the pin is on the laptop")
        laptop.run("archive", "Benjamin")
        laptop.run("block", "Benjamin")
        self.ana.run("receive", "--timeout", "1")
        line = json.loads(self.ana.run("conversations", "--json").stdout.splitlines()[0])
        self.assertEqual((line["archived"], line["blocked"]), (True, True))
        self.ben.send(self.ana, "while blocked", "--wait", "sent")
        self.assertEqual(self.ana.receive_texts(), [])

    def test_the_first_device_lists_renames_and_ends_the_others(self):  # LINK-6 DEVICE-8 DEVICE-10
        laptop = self.link()
        rows = [json.loads(line) for line in self.ana.run("devices", "--json").stdout.splitlines()]
        self.assertEqual([(row["name"], row["first"], row["this"]) for row in rows],
                         [("Terminal", True, True), ("Laptop", False, False)])
        self.assertEqual([row["platform"] for row in rows], ["Terminal", "Terminal"])
        self.assertGreater(rows[1]["asked_us"], rows[1]["added_us"])
        self.assertGreater(rows[1]["last_active_us"], 0)
        self.ana.run("devices", "rename", str(rows[1]["device"]), "Kitchen")
        self.assertIn("Kitchen", self.ana.run("devices").stdout)
        refused = laptop.run("devices", "remove", str(rows[0]["device"]), check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("only the account's first device", refused.stderr)
        laptop.send(self.ben, "last words", "--wait", "sent")
        self.ana.run("devices", "remove", str(rows[1]["device"]))
        self.assertEqual(self.ben.receive_texts(), ["last words"])
        status = laptop.run("status", check=False)
        self.assertEqual(status.returncode, 3, status.stderr)
        self.assertIn("everything that was here is deleted", status.stderr)
        self.assertNotIn(b"last words", b"".join(path.read_bytes() for path in laptop.home.iterdir() if path.is_file()))
        self.ben.send(self.ana, "to one", "--wait", "sent")
        self.assertEqual(self.ana.receive_texts(), ["to one"])

    def test_each_device_tells_of_one_that_was_added_and_all_others_can_be_ended_at_once(self):  # DEVICE-11 LINK-6
        laptop = self.link()
        tablet = self.link("Tablet")
        told = laptop.run("receive", "--timeout", "1").stderr
        self.assertIn("Tablet (device 3) was linked to this account", told)
        self.assertEqual(json.loads(laptop.run("status", "--json").stdout)["device_notices"], 1)
        self.assertIn("Tablet (device 3) was linked to this account", laptop.run("devices").stderr)
        self.assertEqual(json.loads(laptop.run("status", "--json").stdout)["device_notices"], 0)
        self.assertEqual(json.loads(self.ana.run("status", "--json").stdout)["device_notices"], 0)
        self.ana.run("devices", "remove", "--all")
        self.assertEqual(len(self.ana.run("devices").stdout.splitlines()), 1)
        for device in (laptop, tablet):
            self.assertIn("everything that was here is deleted", device.run("status", check=False).stderr)

    def test_a_link_is_for_one_device_and_a_wrong_code_links_none(self):  # LINK-2 LINK-5
        kith = [str(BIN / "kith"), "--home", str(self.directory / "laptop")]
        command = [*kith, "devices", "link", "--server", self.kithd.url]
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(waiting.kill)
        link = waiting.stdout.readline().strip()
        refused = self.ana.run("devices", "add", link, "--code", "000 00", check=False)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("nothing was linked", refused.stderr)
        again = self.ben.run("devices", "add", link, check=False)
        self.assertEqual(again.returncode, 2, again.stderr)
        self.assertEqual(len(self.ana.run("devices").stdout.splitlines()), 1)
        waiting.terminate()
        waiting.communicate(timeout=20)
        nonsense = self.ana.run("devices", "add", "https://kith.example/link#abc", check=False)
        self.assertEqual(nonsense.returncode, 2)

    def test_devices_go_on_when_the_server_is_killed(self):  # SEND-2 COPY-1
        laptop = self.link()
        self.kithd.kill()
        self.kithd.start()
        sent = [self.ana.send(self.ben, f"message {i}", "--wait", "sent") for i in range(5)]
        self.kithd.kill()
        self.kithd.start()
        laptop.run("receive", "--timeout", "2")
        lines = laptop.run("history", "--json", self.ben.phone).stdout.splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], sent)


if __name__ == "__main__":
    unittest.main()
