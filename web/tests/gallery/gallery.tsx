// SPDX-License-Identifier: AGPL-3.0-or-later

// The app on a scripted core, for tests of how it looks: index.html?start=NAME, where NAME is one of STARTS.
import "../../ui/styles";

import { create } from "@bufbuild/protobuf";
import { createRoot } from "react-dom/client";

import {
  CoreFailure,
  DeviceNotice_Kind,
  Failure_Code,
  ListContactsResponseSchema,
  ListDevicesResponseSchema,
  ListReactionsResponseSchema,
  Message_Tick,
  OpenLinkResponseSchema,
  ProfileSchema,
  SafetyNumberSchema,
  SearchResponseSchema,
  SettingsSchema,
  StartLinkingResponseSchema,
  State_Connection,
} from "../../core-client/schema";
import { keepAppearance, pageAppearance } from "../../app/page_appearance";
import { AppRoot } from "../../ui/app_root";
import { AppearanceContext } from "../../ui/appearance_context";
import { AppViewModel } from "../../view-models/app";
import { AppearanceViewModel } from "../../view-models/appearance";
import { textOf } from "../../view-models/core";
import {
  conversation,
  FakeAttention,
  noNotifications,
  FakeCore,
  list,
  message,
  micros,
  state,
} from "../../view-models/testing/fake_core";
import { arranged, conversations, messages, people, story } from "./people";

const STARTS = ["chats", "story", "empty", "offline", "registration", "ended", "notice", "arranged"] as const;
type Start = (typeof STARTS)[number];

function scripted(start: Start): FakeCore {
  const core = new FakeCore();
  if (start !== "empty") core.conversations = conversations(conversation, message, micros);
  if (start === "arranged") {
    core.lists = ["Family", "Choir of the old town, Thursdays", "العائلة"].map((name, at) =>
      list({ id: String(at + 1).repeat(32), name }),
    );
    core.conversations = arranged(core.conversations, micros).map((each, at) => ({
      ...each,
      lists: at % 2 === 0 ? [] : ["1".repeat(32)],
    }));
  }
  // A machine that makes pictures need not have the fonts of every script.
  if (start === "story") core.conversations = core.conversations.filter(({ id }) => id !== "f".repeat(32));
  core.messages = start === "story" ? story(message, Message_Tick) : messages(message, Message_Tick);
  const connection = { offline: State_Connection.kWaiting, ended: State_Connection.kEnded }[start as string];
  const now = state({
    name: "Ana Ferreira",
    registered: start !== "registration",
    unsentMessages: start === "offline" ? 2 : 0,
    deviceNotices:
      start === "notice"
        ? [{ kind: DeviceNotice_Kind.kAdded, deviceId: 3, name: "Kitchen tablet", timeUs: ago(0) }]
        : [],
    ...(connection === undefined ? {} : { connection }),
  });
  core.on("getState", () => now);
  core.on("connect", () => now);
  core.on("getSettings", () => create(SettingsSchema, { readReceipts: true, lastSeen: 1, about: 2 }));
  core.on("getProfile", () => create(ProfileSchema, { name: "Ana Ferreira", about: "Slow cook, fast eater" }));
  core.on("listContacts", () => create(ListContactsResponseSchema, { contacts: people() }));
  core.on("getSafetyNumber", () =>
    create(SafetyNumberSchema, {
      digits: "2097437997542193168899126".repeat(3).slice(0, 60),
      qrPayload: new Uint8Array(60).fill(7),
    }),
  );
  core.on("listDevices", () =>
    create(ListDevicesResponseSchema, {
      devices: [
        {
          id: 1,
          name: "Firefox on Linux",
          platform: "Firefox on Linux",
          thisDevice: true,
          first: true,
          addedUs: ago(90),
        },
        { id: 2, name: "Ana’s phone", platform: "Chrome on Android", addedUs: ago(40), lastActiveUs: ago(0) },
        { id: 3, name: "Kitchen tablet", platform: "Safari on iPad", addedUs: ago(1), lastActiveUs: ago(1) },
        { id: 4, name: "Terminal", platform: "Terminal", addedUs: ago(60), lastActiveUs: ago(39) },
      ],
      askedUs: ago(0),
    }),
  );
  core.on("listReactions", () =>
    create(ListReactionsResponseSchema, {
      reactions: ["❤️", "👍", "👍"].map((emoji, at) => ({
        who:
          at === 0
            ? { accountId: now.accountId, name: "Ana Ferreira" }
            : people().filter(({ accountId }) => accountId !== "")[at],
        emoji,
      })),
    }),
  );
  core.on("startLinking", () => create(StartLinkingResponseSchema, { link: `kith-link:${"abcdefgh".repeat(12)}` }));
  core.on("openLink", () => create(OpenLinkResponseSchema, { deviceName: "Safari on iPad", code: "480216" }));
  core.on("setConversation", () => {
    throw new CoreFailure(Failure_Code.kTooManyPinned, "");
  });
  core.on("search", () =>
    create(SearchResponseSchema, { messages: core.messages.filter((each) => /train/.test(textOf(each))) }),
  );
  return core;
}

const ago = (days: number) => micros(Date.now() - days * 86_400_000);
const wanted = new URLSearchParams(location.search).get("start") ?? "chats";
document.documentElement.dir = new URLSearchParams(location.search).get("dir") ?? "ltr";
const appearance = new AppearanceViewModel(pageAppearance("gallery"));
keepAppearance(appearance);
const app = new AppViewModel(scripted(STARTS.find((each) => each === wanted) ?? "chats"), {
  server: "https://kith.ferreira.example",
  deviceName: "Web",
  attention: new FakeAttention(),
  notifications: noNotifications,
});
createRoot(document.getElementById("root") as HTMLElement).render(
  <AppearanceContext value={appearance}>
    <AppRoot
      app={app}
      server="https://kith.ferreira.example"
      profile=""
      onNewProfile={() => undefined}
      onReload={() => undefined}
    />
  </AppearanceContext>,
);
void app.start();
