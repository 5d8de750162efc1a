// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that somebody has chosen for a conversation, before they are sent: what each is, whether it can go, as what,
// and what is to be done to it first. What is written under them is the composer's text.
import type { ComposerViewModel } from "./composer";
import { madeOnce, MediaKind, titleOf, type Conversation, type MediaLimits } from "./core";
import { fileName } from "./file_name";
import { listText } from "./intl_text";
import { limitsOf, planOf, type Plan } from "./media_plan";
import {
  UNEDITED,
  type Looked,
  type MediaPort,
  type MediaWorkshop,
  type PictureEdits,
  type VideoEdits,
} from "./media_port";
import { say } from "./say";
import { fitsCaption, randomId, type Outgoing } from "./sending_files";
import { NOT_MADE, VideoMaking, type VideoWork } from "./video_making";
import { ViewModel } from "./view_model";

/** Of the longer side. */
const USUAL_PIXELS = 1600;
const HIGH_PIXELS = 2560;
/** In one go: each is held in memory while it is looked at. */
export const FILES_MAX = 30;

export interface Attached {
  id: string;
  name: string;
  size: number;
  /** undefined while it is looked at. */
  looked: Looked | undefined;
  plan: Plan | undefined;
  edits: PictureEdits;
  /** Where a picture of it is; "" for none, or none yet. */
  preview: string;
  asFile: boolean;
  /** Of a video: what is wanted of it, and how far it is made. */
  work: VideoWork;
}

export interface AttachmentsSnapshot {
  items: readonly Attached[];
  /** The one that is shown large; "" for none. */
  shown: string;
  high: boolean;
  /** What is alone can be sent to be viewed once. */
  once: boolean;
  error: string;
}

export interface AttachmentsOptions {
  conversation: string;
  /** Others that the same goes to. */
  also?: readonly Conversation[];
  composer: ComposerViewModel;
  media: MediaPort;
  limits: () => MediaLimits | undefined;
  send: (outgoing: readonly Outgoing[]) => void;
  /** There is nothing to send any more. */
  onClose: () => void;
}

const isVideo = ({ name, type }: { name: string; type: string }): boolean =>
  type.startsWith("video/") || /\.(mp4|m4v|mov|3gp|3g2|mkv|webm|avi)$/i.test(name);

/** As far as it has to be made, it is. */
const isMade = ({ plan, work }: Attached): boolean =>
  plan !== undefined && plan.refusal === undefined && (plan.kind !== MediaKind.kVideo || work.made !== undefined);

const SHOWN_KINDS: readonly MediaKind[] = [MediaKind.kPhoto, MediaKind.kVideo, MediaKind.kAnimation];

export class AttachmentsViewModel extends ViewModel<AttachmentsSnapshot> {
  private readonly files = new Map<string, File>();
  private readonly making = new VideoMaking(
    () => this.tools(),
    (id, changes) => void this.changeWork(id, changes),
  );
  private ended = false;

  constructor(private readonly options: AttachmentsOptions) {
    super({ items: [], shown: "", high: options.media.load().high === true, once: false, error: "" });
    this.onDispose(() => {
      this.ended = true;
      this.making.stopAll();
      for (const { preview } of this.snapshot().items) this.forget(preview);
    });
  }

  /** `asFiles`: as they are, whatever they are. */
  readonly add = (files: readonly File[], asFiles = false): void => {
    const room = FILES_MAX - this.snapshot().items.length;
    const added = files.slice(0, Math.max(0, room)).map((file): Attached => {
      const id = randomId();
      this.files.set(id, file);
      const { name, size } = file;
      const nothing = { looked: undefined, plan: undefined, edits: UNEDITED, preview: "", work: NOT_MADE };
      return { id, name: fileName(name), size, asFile: asFiles, ...nothing };
    });
    const { items, shown } = this.snapshot();
    const error = files.length > added.length ? say("attach.tooMany", { most: FILES_MAX }) : "";
    this.update({ items: [...items, ...added], shown: shown === "" ? (added[0]?.id ?? "") : shown, error });
    for (const { id } of added) void this.look(id);
  };

  readonly show = (id: string): void => this.update({ shown: id });

  readonly remove = (id: string): void => {
    const { items, shown } = this.snapshot();
    const at = items.findIndex((each) => each.id === id);
    const rest = items.filter((each) => each.id !== id);
    this.forget(items[at]?.preview ?? "");
    this.making.stop(id);
    this.files.delete(id);
    if (rest.length === 0) return this.options.onClose();
    const next = rest[Math.min(at, rest.length - 1)];
    this.update({ items: rest, shown: shown === id ? (next?.id ?? "") : shown, error: "" });
  };

  readonly setAsFile = (id: string, asFile: boolean): void => {
    this.change(id, { asFile });
    this.makeVideo(id);
  };

  /** A part of a video, or one with less to see: it is made anew. */
  readonly editVideo = (id: string, edits: Partial<VideoEdits>): void => {
    const item = this.item(id);
    if (item === undefined) return;
    this.making.stop(id);
    this.change(id, { work: { ...NOT_MADE, edits: { ...item.work.edits, ...edits } } });
    this.makeVideo(id);
  };

  readonly stopVideo = (id: string): void => {
    this.making.stop(id);
    void this.changeWork(id, { state: "stopped", done: 0 });
  };

  /** One that was stopped, or failed. */
  readonly makeVideoAgain = (id: string): void => this.editVideo(id, {});

  /** As it is, whatever it is. */
  mayBeFile({ asFile, size, looked }: Attached): boolean {
    if (looked === undefined || looked.kind === "other") return false;
    return asFile || size <= limitsOf(this.options.limits()).fileBytesMax;
  }

  /** How long a video may be that is sent. */
  get videoMostMs(): number {
    return limitsOf(this.options.limits()).videoSecondsMax * 1000;
  }

  /** Addresses of small pictures of a video, each for `forgetPreview`. */
  readonly stripOf = async (id: string, count: number): Promise<string[]> => {
    const file = this.files.get(id);
    return file === undefined ? [] : (await this.tools()).stripOf(file, count).catch(() => []);
  };

  readonly setHigh = (high: boolean): void => {
    this.options.media.save({ high });
    this.update({ high });
  };

  readonly setOnce = (once: boolean): void => this.update({ once });

  /** There is one picture or video, and nothing else. */
  get mayBeOnce(): boolean {
    const [item, ...others] = this.snapshot().items;
    return others.length === 0 && item?.plan !== undefined && SHOWN_KINDS.includes(item.plan.kind);
  }

  readonly edit = async (id: string, edits: PictureEdits): Promise<void> => {
    this.change(id, { edits });
    await this.renewPreview(id);
  };

  /** Of a picture as it is turned, but whole: for somebody to choose a part of. */
  readonly wholePreview = (id: string): Promise<string> => this.previewWith(id, { cut: undefined });

  /** Of a picture as it is turned and cut, without what is drawn on it: for somebody to draw on. */
  readonly plainPreview = (id: string): Promise<string> => this.previewWith(id, { marks: [] });

  private async previewWith(id: string, edits: Partial<PictureEdits>): Promise<string> {
    const item = this.item(id);
    const file = this.files.get(id);
    if (item?.looked === undefined || file === undefined) return "";
    return (await this.tools()).preview(file, item.looked, { ...item.edits, ...edits });
  }

  readonly forgetPreview = (address: string): void => this.forget(address);

  /** Everything has been looked at, its videos are made, and it can go. */
  get isReady(): boolean {
    const { items } = this.snapshot();
    return items.length > 0 && items.every(isMade);
  }

  readonly send = (): void => {
    if (!this.isReady) return this.update({ error: say("attach.notReady") });
    const { conversation, also = [], composer, send, onClose } = this.options;
    if (!fitsCaption(composer.snapshot().text)) return this.update({ error: say("attach.captionTooLong") });
    const { text, mentions, quoteMessageId } = composer.take();
    const { items } = this.snapshot();
    const inAlbum = items.filter(({ plan }) => SHOWN_KINDS.includes(plan?.kind ?? MediaKind.kDocument));
    const once = this.mayBeOnce && this.snapshot().once;
    const made = items.map((item) => this.outgoing(item));
    const to = [conversation, ...also.map(({ id }) => id)];
    // To the first ones first. Whom the text names, and what it answers, is of the conversation that it was written in.
    for (const [place, each] of to.entries()) {
      const album = inAlbum.length > 1 ? randomId() : "";
      send(
        made.map((outgoing, at) => ({
          ...outgoing,
          conversation: each,
          album: inAlbum.includes(items[at] as Attached) ? album : "",
          once,
          caption: at === 0 ? text : "",
          mentions: at === 0 && place === 0 ? mentions : [],
          quoteMessageId: at === 0 && place === 0 ? quoteMessageId : "",
        })),
      );
    }
    onClose();
  };

  /** Whom it goes to, of whom the first one is called so. */
  titleOf(first: string): string {
    return listText([first, ...(this.options.also ?? []).map(titleOf)], "unit");
  }

  private outgoing({ id, looked, plan, edits, name, work }: Attached) {
    const { high } = this.snapshot();
    const kind = plan?.kind ?? MediaKind.kDocument;
    const file = this.files.get(id) ?? new Blob();
    const tools = this.tools();
    const prepare = madeOnce(async () => {
      const workshop = await tools;
      if (looked === undefined) throw new Error("it was not looked at");
      switch (kind) {
        case MediaKind.kPhoto:
          return workshop.preparePicture(file, looked, edits, high ? HIGH_PIXELS : USUAL_PIXELS);
        case MediaKind.kAnimation:
          return workshop.prepareAnimation(file, looked);
        case MediaKind.kVideo:
          if (work.made === undefined) throw new Error("it was not made");
          return workshop.prepareVideo(work.made);
        case MediaKind.kDocument:
          return workshop.prepareDocument(file, looked);
        default:
          return workshop.prepareAudio(file, looked);
      }
    });
    const nameless = kind === MediaKind.kPhoto || kind === MediaKind.kVideo;
    return { kind, name: nameless ? "" : name, prepare };
  }

  private async look(id: string): Promise<void> {
    const file = this.files.get(id);
    if (file === undefined) return;
    const unknown: Looked = {
      kind: "other",
      type: "application/octet-stream",
      width: 0,
      height: 0,
      durationMs: 0,
      trouble: "",
    };
    try {
      const looked = this.isTooLarge(file) ? unknown : await (await this.tools()).look(file, this.nameOf(id));
      this.change(id, { looked });
      this.makeVideo(id);
      await this.renewPreview(id);
    } catch (error) {
      console.debug(`kith: a file can't be looked at: ${String(error)}`);
      this.change(id, { looked: unknown });
    }
  }

  /** Nothing is done with it then. Of a video a part could go. */
  private isTooLarge(file: File): boolean {
    return file.size === 0 || (file.size > limitsOf(this.options.limits()).fileBytesMax && !isVideo(file));
  }

  /** When it is one that is to be sent as such, and nothing speaks against it. */
  private makeVideo(id: string): void {
    const item = this.item(id);
    const file = this.files.get(id);
    const facts = item?.looked?.video;
    if (item === undefined || file === undefined || facts === undefined || this.ended) return;
    if (item.plan?.kind !== MediaKind.kVideo || item.plan.refusal !== undefined) return this.making.stop(id);
    if (item.work.made !== undefined || this.making.isRunning(id)) return;
    const { mediaBytesMax: bytesMax } = limitsOf(this.options.limits());
    this.making.start(id, { file, facts, edits: item.work.edits, bytesMax });
  }

  private async changeWork(id: string, changes: Partial<VideoWork>): Promise<void> {
    const item = this.item(id);
    if (item === undefined || this.ended) return;
    this.change(id, { work: { ...item.work, ...changes } });
    if (changes.made !== undefined) await this.renewPreview(id);
  }

  private async renewPreview(id: string): Promise<void> {
    const item = this.item(id);
    const file = this.files.get(id);
    if (item?.looked === undefined || file === undefined) return;
    const { looked, edits, work } = item;
    const [shown, type] = work.made === undefined ? [file, looked.type] : [work.made.file, work.made.file.type];
    const tools = await this.tools();
    const preview = await tools.preview(shown, { ...looked, type }, edits).catch(() => undefined);
    const now = this.item(id);
    const isLast = !this.ended && now?.edits === edits && now.work.made === work.made;
    if (!isLast) return this.forget(preview ?? ""); // that of what it is by now is, or will be, there
    if (preview === undefined) return this.change(id, { looked: { ...looked, trouble: "unreadable" } });
    this.forget(now.preview);
    this.change(id, { preview });
  }

  private tools(): Promise<MediaWorkshop> {
    return this.options.media.workshop();
  }

  private nameOf(id: string): string {
    return this.item(id)?.name ?? "";
  }

  private item(id: string): Attached | undefined {
    return this.snapshot().items.find((each) => each.id === id);
  }

  private change(id: string, changes: Partial<Attached>): void {
    const limits = limitsOf(this.options.limits());
    const items = this.snapshot().items.map((each) => {
      if (each.id !== id) return each;
      const changed = { ...each, ...changes };
      const { looked, size, asFile, work } = changed;
      return { ...changed, plan: looked === undefined ? undefined : planOf(looked, size, limits, asFile, work) };
    });
    this.update({ items });
  }

  private forget(address: string): void {
    if (address !== "") void this.tools().then((workshop) => workshop.forget(address));
  }
}
