// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, expect, it } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { MediaKind, type Message } from "./core";
import { EntityStore } from "./entity_store";
import { MediaGalleryViewModel } from "./media_gallery";
import { ANA, BEN, FakeCore, message, settle } from "./testing/fake_core";
import { withFile } from "./testing/fake_media";

let core: FakeCore;
let model: MediaGalleryViewModel;

beforeEach(() => {
  core = new FakeCore();
  model = new MediaGalleryViewModel(core, new EntityStore(core), BEN);
});

const keep = (...messages: Message[]) => {
  core.messages.push(...messages);
  return messages.map(({ id }) => id);
};
const shown = () => model.snapshot().messages.map(({ id }) => id);

it("has files by their kinds, the newest first, and none that can be viewed once", async () => {
  const [photo, document, voice, , video, audio] = keep(
    withFile(1),
    withFile(2, { kind: MediaKind.kDocument }),
    withFile(3, { kind: MediaKind.kVoice }),
    withFile(4, { viewOnce: true }),
    withFile(5, { kind: MediaKind.kVideo }),
    withFile(6, { kind: MediaKind.kAudio }),
    withFile(7, {}, { conversation: ANA }),
  );
  expect(model.snapshot()).toMatchObject({ tab: "pictures", loaded: false });
  await model.readMore();
  expect(model.snapshot()).toMatchObject({ loaded: true, more: false });
  expect(shown()).toEqual([video, photo]);
  model.show("documents");
  await settle();
  expect(shown()).toEqual([document]);
  model.show("recordings");
  await settle();
  expect(shown()).toEqual([audio, voice]);
});

it("reads on, once at a time, until there is no more", async () => {
  const ids = keep(...Array.from({ length: 130 }, (_, at) => withFile(at))).reverse();
  await model.readMore();
  expect(shown()).toEqual(ids.slice(0, 60));
  await Promise.all([model.readMore(), model.readMore()]);
  expect(shown()).toEqual(ids.slice(0, 120));
  await model.readMore();
  expect(shown()).toEqual(ids);
  await model.readMore();
  expect(core.called("listMedia")).toHaveLength(3);
});

it("what is read for another tab is not this one's", async () => {
  const [photo, document] = keep(withFile(1), withFile(2, { kind: MediaKind.kDocument }));
  const reading = model.readMore();
  model.show("documents");
  await reading;
  await settle();
  expect(shown()).toEqual([document]);
  model.show("pictures");
  await settle();
  expect(shown()).toEqual([photo]);
});

it("takes what comes, changes and goes", async () => {
  const [a, b] = keep(withFile(1), withFile(2)) as [string, string];
  await model.readMore();
  const news = withFile(3);
  core.receive(
    news,
    withFile(4, {}, { conversation: ANA }),
    withFile(5, { viewOnce: true }),
    withFile(6, { kind: MediaKind.kVoice }),
    message(),
  );
  expect(shown()).toEqual([news.id, b, a]);
  core.emit({ case: "messageChanged", value: withFile(2, { width: 7 }, { id: b }) });
  expect(model.snapshot().messages[1]?.body.value).toMatchObject({ width: 7 });
  core.emit({ case: "messageRemoved", value: { id: b, conversation: BEN } });
  expect(shown()).toEqual([news.id, a]);
});

it("keeps what came, and not what went, while it was reading on", async () => {
  const ids = keep(...Array.from({ length: 70 }, (_, at) => withFile(at))).reverse() as [string, ...string[]];
  await model.readMore();
  const reading = model.readMore();
  const news = withFile(100);
  core.receive(news);
  core.emit({ case: "messageRemoved", value: { id: ids[0], conversation: BEN } });
  await reading;
  expect(shown()).toEqual([news.id, ...ids.slice(1)]);
});

it("says what went wrong, until another tab is looked at", async () => {
  core.failing("listMedia", Failure_Code.kNoSuchConversation);
  await model.readMore();
  expect(model.snapshot()).toMatchObject({ loaded: true, more: false, error: expect.stringMatching(/\w/) as string });
  core.on("listMedia", () => ({ messages: [], more: false }));
  model.show("documents");
  await settle();
  expect(model.snapshot()).toMatchObject({ loaded: true, error: "" });
});

it("brings a file here, and gives that up; a refusal is the message's own to tell", async () => {
  const [a] = keep(withFile(1)) as [string];
  await model.fetch(core.messages[0] as Message);
  core.failing("fetchMedia", Failure_Code.kNoSuchConversation);
  await model.cancel(core.messages[0] as Message);
  expect(core.called("fetchMedia")).toEqual([{ id: a }, { id: a, cancel: true }]);
});
