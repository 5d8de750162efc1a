#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people and a group, through `kith rpc`.

    rpc_groups_example.py [SERVER [KITH]]      as rpc_example.py, whose Kith and register it uses
"""
import sys
import tempfile

from rpc_example import Kith, register


def main():
    server = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
    program = sys.argv[2] if len(sys.argv) > 2 else "kith"
    with tempfile.TemporaryDirectory() as ana_home, tempfile.TemporaryDirectory() as ben_home:
        ana, ben = Kith(program, ana_home), Kith(program, ben_home)
        register(ana, server, "Ana")
        ben_phone = register(ben, server, "Ben")

        # Ana makes a group, in which Ben is from the first change on.
        group = ana.call("create_group", title="Book club", members=[{"handle": ben_phone}])
        members = ana.call("list_members", conversation=group["id"])["members"]
        ben_as_member = next(each["person"] for each in members if not each["this_account"])
        there = ben.wait_for("conversation_changed", lambda each: each.get("title") == "Book club")

        # She names him: from the "@" on, in bytes of the text's UTF-8. Whom is what the account says.
        text = "Hi @Ben"
        start = text.encode().index(b"@")
        mention = {"account_id": ben_as_member["account_id"], "start": start, "length": len(text.encode()) - start}
        sent = ana.call("send_message", conversation=group["id"], text=text, mentions=[mention])["message"]
        received = ben.wait_for("message_added", lambda message: message["id"] == sent["id"])
        print(f"{received['sender']['name']} wrote to {there['title']}: {received['text']['text']}")

        # Ben answers her in private; the quote says what of the group it is about.
        with_ana = ben.call("open_conversation", account_id=received["sender"]["account_id"])
        ben.call("send_message", conversation=with_ana["id"], text="Between us", quote_message_id=sent["id"])
        reply = ana.wait_for("message_added", lambda message: message.get("text", {}).get("text") == "Between us")
        print(f"{reply['sender']['name']} answered what was said in {reply['quote']['group']['title']}")

        # One permission changes, and the others stay as they are. What happened is a message as well.
        changed = ana.call("set_group", conversation=group["id"], permissions={"send": False})
        print("who are no admins may " + ("not " if not changed["group"]["permissions"]["send"] else "") + "write")
        ben.wait_for("message_added", lambda each: each.get("group_event", {}).get("kind") == "kPermissions")
        return ana.close() or ben.close()


if __name__ == "__main__":
    sys.exit(main())
