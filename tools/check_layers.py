#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the #include lines of every folder against the table of cmake/layers.cmake: arrows go one way.

Inside core/ the same for its storeys: a part uses those of its own storey and of those below, by #include or
through the Engine, and within the transport and within the features arrows make no circle. Those of the ground know no
Engine, nor do those that have Ports, and can be tested without the others.

Tests (*_test.cc, testing/) may include anything; what is shipped includes no tests, and nothing of bench/, fuzz/ and
tests/. The simulator takes its stores from the tests of their ports. Prints each wrong arrow; exits 1 when there is
one.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
table = {
    name: set(filter(None, used.split(";")))
    for name, used in re.findall(
        r'set\(KITH_MAY_USE_(\w+)\s+"([^"]*)"\)', (ROOT / "cmake/layers.cmake").read_text().replace("\\\n", "")
    )
}
# The storeys of core/, from the ground up. engine.h is where the parts meet: all may include it, and core/engine.cc
# names them all.
STOREYS = {
    "store": {"store"},
    "ground": {
        "changes",
        "contacts",
        "contents",
        "conversations",
        "group_chain",
        "group_info",
        "group_link",
        "group_tellings",
        "group_view",
        "http_calls",
        "host_transfers",
        "link_preview",
        "media_list",
        "media_settings",
        "messages_view",
        "openings_view",
        "output",
        "person_view",
        "photo_file",
        "refusal",
        "sealed_file_view",
        "sealing",
        "search",
        "search_index",
        "server_address",
        "server_time",
        "small_picture",
        "timers",
        "vcard",
        "vcard_text",
    },
    "transport": {
        "connection",
        "content_handler",
        "devices",
        "group_following",
        "group_keys",
        "group_sending",
        "group_welcomes",
        "groups",
        "inbox",
        "outbox",
        "prekeys",
        "repair",
        "server_link",
    },
    "features": {
        "address_book",
        "admitting",
        "asked_messages",
        "blocking",
        "clearing",
        "conversation_register",
        "conversation_state",
        "corrections",
        "device_watch",
        "files",
        "forwarding",
        "group_changes",
        "group_joining",
        "group_offers",
        "group_photos",
        "handle_owners",
        "history_giving",
        "history_progress",
        "history_taking",
        "joining",
        "link_fetching",
        "lists",
        "link_mailbox",
        "link_slots",
        "lookups",
        "message_state",
        "new_registration",
        "own_copies",
        "openings",
        "own_devices",
        "own_state",
        "people",
        "privacy",
        "profile_photos",
        "profiles",
        "remarks",
        "receipts",
        "receiving",
        "registration",
        "safety_numbers",
        "sending",
        "typing_presence",
    },
    "client": {"client", "client_host", "engine", "open_device", "requests"},
}
STOREY_OF = {part: (rank, storey) for rank, (storey, parts) in enumerate(STOREYS.items()) for part in parts}
# Parts above the ground that take what they use of others as Ports.
HAVE_PORTS = {"outbox"}
# Members of Engine that are not called as their file is; its member `registration` is a row, of the store.
MEMBERS = {"http": "http_calls", "registering": "registration", "registration": "store"}
# The schema's generated headers belong to wire/; those of client_api and content only clients see.
GENERATED = {"wire": "wire", "client_api": "wire", "content": "wire"}


def layer_of(path: pathlib.PurePath) -> str | None:
    parts = path.parts
    for depth in (2, 1):
        name = "_".join(parts[:depth])
        if len(parts) > depth and name in table:
            return name
    return None


# An account's home is spoken to by values (server/delivery/account_home.h): handlers hold no part of it.
HOME = re.compile(r"\b(?:DeviceInbox|Settlement|Settled|Shard|Account\s*[*&])(?!\w)")
# But for the shard of the loop on which the requests of a session run.
OF_A_SESSION = {"availability.cc", "hello.cc", "redeliver.cc", "send_message.cc",
                "send_to_group.cc", "subscribe.cc"}


# Which parts of its own storey each part uses.
beside: dict[str, dict[str, set[str]]] = {
    storey: {part: set() for part in STOREYS[storey]} for storey in ("transport", "features")
}


def upward_arrows(relative: pathlib.PurePath, text: str) -> list[str]:
    part = relative.parts[1] if len(relative.parts) > 2 else relative.stem
    if part not in STOREY_OF:
        return [f"{relative}: no storey of core/ has {part} (STOREYS in tools/check_layers.py)"]
    used = {part_of for part_of in re.findall(r'^#include "core/(\w+)(?:/|\.h)', text, re.M) if part_of != "engine"}
    used |= {MEMBERS.get(member, member) for member in re.findall(r"\bengine_?\.(\w+)", text)} & STOREY_OF.keys()
    rank, storey = STOREY_OF[part]
    if storey in beside:
        beside[storey][part] |= used & beside[storey].keys() - {part}
    if part in HAVE_PORTS and re.search(r"\bEngine\b|core/engine\.h\"", text):
        return [f"{relative}: {part} has Ports, and knows no Engine"]
    if storey in ("store", "ground") and re.search(r"\bEngine\b|core/engine\.h\"", text):
        return [f"{relative}: a part of the {storey} takes what it uses, and no Engine"]
    return [
        f"{relative}: {storey} may not use {each}, which is of {STOREY_OF[each][1]}"
        for each in sorted(used & STOREY_OF.keys())
        if STOREY_OF[each][0] > rank
    ]


def circles(storey: str, uses: dict[str, set[str]]) -> list[str]:
    left = dict(uses)
    # Whoever uses none of the others, or is used by none, is in no circle.
    while True:
        used_by_others = set().union(*left.values())
        open_ends = {part for part, used in left.items() if part not in used_by_others or not used & left.keys()}
        if not open_ends:
            break
        left = {part: used - open_ends for part, used in left.items() if part not in open_ends}
    return [f"core/{part}: in a circle of the {storey}, by {', '.join(sorted(used))}" for part, used in left.items()]


wrong = []
for source in sorted(ROOT.glob("**/*.[hc]*")):
    relative = source.relative_to(ROOT)
    if source.suffix not in (".h", ".cc") or relative.parts[0] in ("build", "web", "data"):
        continue
    layer = layer_of(relative)
    if layer is None or source.name.endswith(("_test.cc", "_contract.h")) or "testing" in relative.parts:
        continue
    text = source.read_text()
    if layer == "core":
        wrong += upward_arrows(relative, text)
    if layer == "server_handlers":
        held = set(HOME.findall(text)) - ({"Shard"} if source.name in OF_A_SESSION else set())
        wrong += [f"{relative}: handlers hold no {part}" for part in sorted(held)]
    for included in re.findall(r'^#include "([^"]+)"', text, re.M):
        of_tests = "/testing/" in included or included.split("/")[0] in ("bench", "fuzz", "tests")
        if of_tests and layer != "sim":
            wrong.append(f"{relative}: only tests may use {included}")
        target = layer_of(pathlib.PurePath(included)) or GENERATED.get(included.split("/")[0])
        if target and target != layer and target not in table[layer]:
            wrong.append(f"{relative}: {layer} may not use {target} ({included})")
for each, uses in beside.items():
    wrong += circles(each, uses)
print(
    "\n".join(wrong)
    or f"layers: {len(table)} folders, all arrows as in cmake/layers.cmake; core: {len(STOREYS)} storeys, no circle"
)
sys.exit(1 if wrong else 0)
