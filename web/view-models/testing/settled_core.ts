// SPDX-License-Identifier: AGPL-3.0-or-later

// A scripted core that takes what the app asks for: one conversation, with Ben, and one contact more. For tests of
// views.
import { clone, create } from "@bufbuild/protobuf";

import {
  DeviceSchema,
  ListContactsResponseSchema,
  ListDevicesResponseSchema,
  OpenLinkResponseSchema,
  StartLinkingResponseSchema,
  ProfileSchema,
  SafetyNumberSchema,
  SettingsSchema,
  Settings_Scope,
  ContactSchema,
  ConversationSchema,
  type Contact,
  type Conversation,
} from "../../core-client/schema";
import { BEN, conversation, FakeCore, message, micros, NOON } from "./fake_core";

const DAY = 86_400_000;

export function settledCore(): FakeCore {
  const core = new FakeCore();
  core.conversations = [conversation({ lastMessage: message({ text: "hello from Ben" }) })];
  core.messages = [message({ text: "hello from Ben", atMs: NOON })];
  let contacts: Contact[] = [
    create(ContactSchema, { accountId: BEN, handle: { text: "+491700000002" }, name: "Ben" }),
    create(ContactSchema, { handle: { text: "+491700000003" }, name: "Cem" }),
  ];
  let settings = create(SettingsSchema, {
    readReceipts: true,
    lastSeen: Settings_Scope.kEveryone,
    about: Settings_Scope.kContacts,
  });
  let profile = create(ProfileSchema, { name: "Ana", handles: [{ text: "+491700000001" }] });
  const setBlocked = (blocked: boolean) => {
    const changed = clone(ConversationSchema, core.conversations[0] as Conversation);
    if (changed.peer.case === "direct") changed.peer.value.blocked = blocked;
    core.conversations = [changed];
    core.emit({ case: "conversationChanged", value: changed });
  };
  const changeSettings = (change: object) => (settings = create(SettingsSchema, { ...settings, ...change } as never));

  core.on("setConversation", (change) => {
    const { conversation: id, ...rest } = change;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const found = core.conversations.find((each) => each.id === id) as Conversation;
    const implied = change.archived === true ? { pinned: false } : {};
    const changed = Object.assign(clone(ConversationSchema, found), implied, given);
    core.conversations = core.conversations.map((each) => (each.id === id ? changed : each));
    core.emit({ case: "conversationChanged", value: changed });
    return changed;
  });
  core.on("listContacts", () => create(ListContactsResponseSchema, { contacts }));
  core.on("setContact", ({ handle, name, remove }) => {
    contacts = contacts.filter((each) => each.handle?.text !== handle);
    const contact = create(ContactSchema, { handle: { text: handle }, name });
    if (remove !== true) contacts.push(contact);
    core.emit({ case: "contactsChanged", value: {} });
    return contact;
  });
  core.on("setBlocked", ({ blocked }) => setBlocked(blocked ?? false));
  core.on("getSafetyNumber", () =>
    create(SafetyNumberSchema, { digits: "0123456789".repeat(6), qrPayload: new Uint8Array(40) }),
  );
  core.on("getProfile", () => profile);
  core.on("setProfile", ({ name }) => (profile = create(ProfileSchema, { ...profile, name } as never)));
  core.on("getSettings", () => settings);
  core.on("setSettings", (change) => changeSettings(change));
  core.on("setPin", ({ pin }) => void changeSettings({ hasPin: pin !== "" }));
  core.on("openConversation", () => core.conversations[0]);
  scriptDevices(core);
  return core;
}

/** Of these one is far away, and one more can be linked, or this one. */
function scriptDevices(core: FakeCore): void {
  let devices = [
    create(DeviceSchema, {
      id: 1,
      name: "Chrome on Linux",
      platform: "Chrome on Linux",
      first: true,
      thisDevice: true,
      addedUs: micros(NOON - 90 * DAY),
    }),
    create(DeviceSchema, {
      id: 2,
      name: "Firefox on Android",
      platform: "Firefox on Android",
      addedUs: micros(NOON - 40 * DAY),
      lastActiveUs: micros(NOON - 9 * DAY),
    }),
    create(DeviceSchema, {
      id: 4,
      name: "Terminal",
      platform: "Terminal",
      addedUs: micros(NOON - 3 * DAY),
      lastActiveUs: micros(NOON),
    }),
  ];
  const link = "kith-link:1:127.0.0.1:Zm9yIHRlc3RzIG9ubHksIG5vIGtleQ:c2xvdCBvZiB0aGUgbWFpbGJveA";
  core.on("listDevices", () => create(ListDevicesResponseSchema, { devices, askedUs: micros(NOON) }));
  core.on(
    "removeDevice",
    ({ deviceId, allOthers }) =>
      void (devices = devices.filter((each) => (allOthers === true ? each.thisDevice : each.id !== deviceId))),
  );
  core.on("renameDevice", ({ deviceId, name }) => {
    devices = devices.map((each) => (each.id === deviceId ? create(DeviceSchema, { ...each, name } as never) : each));
    return devices.find((each) => each.id === deviceId);
  });
  core.on("startLinking", () => create(StartLinkingResponseSchema, { link }));
  core.on("openLink", () => create(OpenLinkResponseSchema, { deviceName: "Firefox on Windows", code: "123456" }));
  core.on("confirmLink", () => {
    const linked = create(DeviceSchema, { id: 5, name: "Firefox on Windows", addedUs: micros(NOON) });
    devices = [...devices, linked];
    return linked;
  });
}
