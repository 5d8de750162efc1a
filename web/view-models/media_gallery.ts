// SPDX-License-Identifier: AGPL-3.0-or-later

// The files of a conversation, the newest first, of the kinds that somebody wants to see: read as far as it is
// scrolled.
import { MediaKind, type Core, type Message } from "./core";
import type { Changes, EntityStore, HeldMessages } from "./entity_store";
import { failureText } from "./failure_text";
import { isBefore } from "./message_items";
import { ViewModel } from "./view_model";

export const GALLERY_TABS = ["pictures", "documents", "recordings"] as const;
export type GalleryTab = (typeof GALLERY_TABS)[number];

const KINDS: Record<GalleryTab, MediaKind[]> = {
  pictures: [MediaKind.kPhoto, MediaKind.kVideo, MediaKind.kAnimation],
  documents: [MediaKind.kDocument],
  recordings: [MediaKind.kVoice, MediaKind.kAudio],
};

export interface MediaGallerySnapshot {
  tab: GalleryTab;
  messages: readonly Message[];
  loaded: boolean;
  /** There are older ones. */
  more: boolean;
  error: string;
}

const READ_AT_ONCE = 60;
const EMPTY = { messages: [], loaded: false, more: false, error: "" };

export class MediaGalleryViewModel extends ViewModel<MediaGallerySnapshot> {
  private readonly held: HeldMessages;
  /** What is read for another tab is not this one's. */
  private round = 0;
  private reading = false;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly conversation: string,
  ) {
    super({ tab: "pictures", ...EMPTY });
    this.held = store.holdMessages();
    this.onDispose(() => store.release(this.held));
    this.onDispose(store.subscribe((changes) => this.take(changes)));
  }

  readonly show = (tab: GalleryTab): void => {
    ++this.round;
    this.reading = false;
    this.held.reset([]);
    this.update({ tab, ...EMPTY });
    void this.readMore();
  };

  readonly readMore = async (): Promise<void> => {
    const { tab, messages, loaded, more } = this.snapshot();
    if (this.reading || (loaded && !more)) return;
    const { round } = this;
    this.reading = true;
    try {
      const oldest = messages.at(-1);
      const from = oldest === undefined ? {} : { beforeOrderUs: oldest.orderUs, beforeId: oldest.id };
      const params = { conversation: this.conversation, kinds: KINDS[tab], limit: READ_AT_ONCE, ...from };
      const page = await this.core.call("listMedia", params);
      if (round !== this.round) return;
      // What has come or gone meanwhile is in the snapshot of now.
      this.put([...this.snapshot().messages, ...page.messages], { loaded: true, more: page.more, error: "" });
    } catch (error) {
      if (round === this.round) this.update({ loaded: true, more: false, error: failureText(error) });
    } finally {
      if (round === this.round) this.reading = false;
    }
  };

  readonly fetch = ({ id }: Message): Promise<unknown> => this.core.call("fetchMedia", { id }).catch(() => undefined);
  readonly cancel = ({ id }: Message): Promise<unknown> =>
    this.core.call("fetchMedia", { id, cancel: true }).catch(() => undefined);

  private take({ messages, added, removed }: Changes): void {
    const { tab, loaded, messages: shown } = this.snapshot();
    if (!loaded) return;
    const isOurs = ({ conversation, body }: Message) =>
      conversation === this.conversation && body.case === "media" && KINDS[tab].includes(body.value.kind);
    const news = added.filter((each) => isOurs(each) && !this.held.has(each.id));
    if (news.length === 0 && removed.size === 0 && !messages.some(({ id }) => this.held.has(id))) return;
    const left = shown.filter(({ id }) => !removed.has(id)).map((each) => this.held.get(each.id) ?? each);
    this.put([...news, ...left], {});
  }

  private put(messages: readonly Message[], changes: Partial<MediaGallerySnapshot>): void {
    const seen = messages.filter(({ body }) => body.case === "media" && !body.value.viewOnce); // the others only once
    const ordered = seen.sort((a, b) => (isBefore(a, b) ? 1 : -1));
    this.held.reset(ordered);
    this.update({ messages: ordered, ...changes });
  }
}
