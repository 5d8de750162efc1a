// SPDX-License-Identifier: AGPL-3.0-or-later

// The preview of the first link of what is being written (PREVIEW-3), made here from what the server fetches: whoever
// gets the message asks nobody for anything. Fetched with the first link that somebody writes.
//
//   idle ──► making ──► there          when previews are wanted; idle again when the link goes, or has nothing to show
//   idle ──► asking                    when nobody has said yet whether they are
//
// The server learns the address: so nothing is asked of it before somebody has said yes, before typing has paused, or
// for what is no business of others (link_facts.ts).
import type { ConversationFiles } from "./conversation";
import { FetchLinkRequest_What as What, type Core, type LinkPreview, type Settings, type State } from "./core";
import type { EntityStore } from "./entity_store";
import { firstWebLink, hostOf, isAskable } from "./link_facts";
import type { LinkWorkshop } from "./link_port";
import type { MediaPort } from "./media_port";
import { learnPartTexts } from "./language";
import { ViewModel } from "./view_model";

export type Made = Pick<LinkPreview, "url" | "title" | "description" | "thumbnail" | "width" | "height">;

export interface LinkPreviewSnapshot {
  stage: "idle" | "asking" | "making" | "there";
  /** Of the link that is meant; "" while there is none. */
  host: string;
  /** With stage "there". */
  preview: Made | undefined;
}

export interface LinkPreviewOptions {
  core: Core;
  store: EntityStore;
  media: Pick<MediaPort, "links" | "load" | "save" | "onLoopback">;
  state: () => State | undefined;
}

const IDLE: LinkPreviewSnapshot = { stage: "idle", host: "", preview: undefined };
/** After the last change: a link at the end of the text may be going on. */
const PAUSE_MS = 500;
const PAUSE_AT_END_MS = 1000;
/** How long a message waits for its preview. */
const PATIENCE_MS = 2000;
const NOTHING = new Uint8Array();

/** As messages name it: as it is in the text, with what it begins with where that is left out. */
const urlOf = (written: string): string => (/^https?:\/\//i.test(written) ? written : `https://${written}`);

/** What is being made, or was, for one link. */
interface Making {
  href: string;
  made: Promise<Made | undefined>;
}

export class LinkPreviewViewModel extends ViewModel<LinkPreviewSnapshot> {
  private text = "";
  private settings: Settings | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private making: Making | undefined;
  /** A message waits for its preview: until it has left, that is what is shown. */
  private leaving = false;
  /** Links whose preview somebody does not want, in what is being written. */
  private readonly declined = new Set<string>();

  constructor(private readonly options: LinkPreviewOptions) {
    super(IDLE);
    const { core, store } = options;
    this.onDispose(
      store.subscribe(({ settings }) => {
        if (settings !== undefined) this.takeSettings(settings);
      }),
    );
    this.onDispose(() => clearTimeout(this.timer));
    core.call("getSettings").then(
      (settings) => this.takeSettings(settings),
      () => undefined,
    );
  }

  /** What is written now. */
  readonly look = (text: string): void => {
    this.text = text;
    if (this.leaving) return;
    if (text.trim() === "") this.declined.clear();
    clearTimeout(this.timer);
    const link = this.wanted();
    if (link === undefined) return this.rest();
    if (link.href === this.making?.href || this.snapshot().stage === "asking") return;
    this.rest();
    const pause = link.end >= text.trimEnd().length && !/\s$/.test(text) ? PAUSE_AT_END_MS : PAUSE_MS;
    this.timer = setTimeout(() => this.begin(), pause);
  };

  /** The message goes without. */
  readonly decline = (): void => {
    const link = firstWebLink(this.text);
    if (link !== undefined) this.declined.add(link.href);
    clearTimeout(this.timer);
    this.rest();
  };

  /** The answer to whether previews are wanted: for all devices of the account, and asked no more. */
  readonly answer = async (wanted: boolean): Promise<void> => {
    this.options.media.save({ askedForLinks: true });
    this.update(IDLE);
    if (!wanted) return;
    try {
      this.takeSettings(await this.options.core.call("setSettings", { linkPreviews: true }));
    } catch (error) {
      console.debug(`kith: previews of links are not on: ${String(error)}`);
    }
  };

  /**
   * What goes with a text that is sent now: its preview, waited for a short while when it is being made; undefined when
   * there is none to wait for. `hurry` ends the wait. `before`: what went with an earlier version of it, and still
   * does, unless somebody does not want it.
   */
  readonly take = (text: string, hurry: Promise<unknown>, before?: Made): Promise<Made | undefined> | undefined => {
    const { making } = this;
    clearTimeout(this.timer);
    const href = firstWebLink(text)?.href;
    const kept = href !== undefined && firstWebLink(before?.url ?? "")?.href === href ? before : undefined;
    if (making === undefined || href !== making.href)
      return href !== undefined && this.declined.has(href) ? undefined : kept && Promise.resolve(kept);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), PATIENCE_MS)));
    this.leaving = true;
    const ready = Promise.race([making.made, late, hurry.then(() => undefined)]).finally(() => {
      clearTimeout(timer);
      this.leaving = false;
      this.rest();
      this.look(this.text);
    });
    return kept === undefined ? ready : ready.then((made) => made ?? kept);
  };

  private get isOn(): boolean {
    return this.settings?.linkPreviews === true && this.options.state()?.linkFetching === true;
  }

  /** Nobody has said yet whether previews are wanted, and there could be some. */
  private get isOpen(): boolean {
    const { state, media } = this.options;
    return (
      this.settings?.linkPreviews === false && state()?.linkFetching === true && media.load().askedForLinks !== true
    );
  }

  private wanted(): ReturnType<typeof firstWebLink> {
    const link = firstWebLink(this.text);
    if (link === undefined || this.declined.has(link.href)) return undefined;
    return isAskable(link.href, this.options.media.onLoopback) ? link : undefined;
  }

  private takeSettings(settings: Settings): void {
    const before = this.settings;
    this.settings = settings;
    if (before?.linkPreviews === settings.linkPreviews) return;
    if (this.leaving) return;
    this.rest();
    this.look(this.text);
  }

  private rest(): void {
    this.making = undefined;
    if (this.snapshot().stage !== "idle") this.update(IDLE);
  }

  private begin(): void {
    const link = this.wanted();
    if (link === undefined) return;
    const host = hostOf(link.href);
    if (this.isOpen) return this.update({ stage: "asking", host, preview: undefined });
    if (!this.isOn) return;
    const url = urlOf(link.written);
    const made = this.make(link.href, url).catch((error: unknown) => {
      console.debug(`kith: no preview of a link: ${String(error)}`);
      return undefined;
    });
    const making = { href: link.href, made };
    this.making = making;
    this.update({ stage: "making", host, preview: undefined });
    void made.then((preview) => {
      if (this.making !== making) return;
      this.update(preview === undefined ? IDLE : { stage: "there", preview });
    });
  }

  private async make(href: string, url: string): Promise<Made | undefined> {
    const { core, media } = this.options;
    const [page, workshop] = await Promise.all([
      core.call("fetchLink", { url: href, what: What.kPage }),
      media.links(),
    ]);
    const facts = workshop.read(page.body, page.contentType, page.finalUrl || href);
    if (facts === undefined) return undefined;
    const { title, description, picture } = facts;
    return { url, title, description, ...(await this.pictureOf(workshop, picture)) };
  }

  /** A page whose picture can't be had is shown without. */
  private async pictureOf(
    workshop: LinkWorkshop,
    address: string,
  ): Promise<Pick<Made, "thumbnail" | "width" | "height">> {
    const none = { thumbnail: NOTHING, width: 0, height: 0 };
    const { core, media } = this.options;
    if (!isAskable(address, media.onLoopback)) return none;
    try {
      const { body } = await core.call("fetchLink", { url: address, what: What.kPicture });
      return (await workshop.shrink(body)) ?? none;
    } catch (error) {
      console.debug(`kith: no picture of a link: ${String(error)}`);
      return none;
    }
  }
}

/** Rejects when what it needs can't be fetched. */
export async function linkPreviews(
  core: Core,
  store: EntityStore,
  { tools, state }: Pick<ConversationFiles, "tools" | "state">,
): Promise<LinkPreviewViewModel> {
  const [{ media }] = await Promise.all([tools(), learnPartTexts()]);
  return new LinkPreviewViewModel({ core, store, media, state });
}
