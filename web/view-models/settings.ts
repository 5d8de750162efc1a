// SPDX-License-Identifier: AGPL-3.0-or-later

// One's own profile and privacy.
import {
  ABOUT_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  PIN_CHARACTERS_MAX,
  PIN_CHARACTERS_MIN,
  type AutoFetch,
  type Core,
  type ListStorageResponse,
  type MethodParams,
  type Profile,
  type Scope,
  type Settings,
} from "./core";
import type { EntityStore } from "./entity_store";
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { noMediaHere, PhotoChoice, type ReadMedia } from "./photo_choice";
import { say } from "./say";

export interface SettingsSnapshot extends Acting {
  profile: Profile | undefined;
  settings: Settings | undefined;
  /** What the files on this device take; undefined until it is read. */
  storage: ListStorageResponse | undefined;
  pinError: string;
}

function pinProblem(pin: string, again: string): string {
  const { length } = [...pin];
  if (length < PIN_CHARACTERS_MIN || length > PIN_CHARACTERS_MAX)
    return say("settings.pinLength", { least: PIN_CHARACTERS_MIN, most: PIN_CHARACTERS_MAX });
  return pin === again ? "" : say("settings.pinDiffers");
}

export class SettingsViewModel extends ActingViewModel<SettingsSnapshot> {
  readonly photo: PhotoChoice;

  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    tellElsewhere?: (words: string) => void,
    media: ReadMedia = noMediaHere,
  ) {
    super({ ...AT_REST, profile: undefined, settings: undefined, storage: undefined, pinError: "" }, tellElsewhere);
    this.photo = new PhotoChoice(
      media,
      (...what) => this.act(...what),
      async (change) => this.update({ profile: await core.call("setProfile", change) }),
    );
    this.onDispose(
      store.subscribe(({ settings, state, resync }) => {
        if (settings !== undefined) this.update({ settings });
        const { profile } = this.snapshot();
        if (state !== undefined && profile !== undefined && profile.photo !== state.photo)
          this.update({ profile: { ...profile, photo: state.photo } });
        if (resync && this.snapshot().settings !== undefined) void this.load();
      }),
    );
  }

  /** A model of what is in all conversations, for the view that its class came with, which disposes of it. */
  readonly part = <Model>(Model: new (core: Core, store: EntityStore, conversation: string) => Model): Model =>
    new Model(this.core, this.store, "");

  readonly load = async (): Promise<void> => {
    this.forgetSaid();
    await this.read(async () => {
      const [profile, settings] = await Promise.all([this.core.call("getProfile"), this.core.call("getSettings")]);
      this.update({ profile, settings });
    });
  };

  /** What was of another account. */
  readonly reset = (): void => {
    this.forgetSaid();
    this.update({ profile: undefined, settings: undefined, storage: undefined, pinError: "" });
  };

  readonly loadStorage = (): Promise<void> =>
    this.read(async () => this.update({ storage: await this.core.call("listStorage") }));

  /** Deletes the files of a conversation from this device. */
  readonly removeFiles = (conversation: string): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("removeMedia", { conversation });
      this.update({ storage: await this.core.call("listStorage") });
    });

  readonly setAutoFetch = (autoFetch: Pick<AutoFetch, "photos" | "voice" | "videos" | "documents">) =>
    this.change({ autoFetch });
  readonly setKeptFilesMax = (keptFilesMax: bigint): Promise<boolean> => this.change({ keptFilesMax });

  readonly setName = async (name: string): Promise<boolean> => {
    const trimmed = name.trim();
    if (trimmed === "") return this.refuse(say("settings.noName"));
    if ([...trimmed].length > NAME_CHARACTERS_MAX)
      return this.refuse(say("common.nameTooLong", { most: NAME_CHARACTERS_MAX }));
    return this.act(async () => this.update({ profile: await this.core.call("setProfile", { name: trimmed }) }));
  };

  readonly setAbout = async (about: string): Promise<boolean> => {
    const trimmed = about.trim();
    if ([...trimmed].length > ABOUT_CHARACTERS_MAX)
      return this.refuse(say("settings.aboutTooLong", { most: ABOUT_CHARACTERS_MAX }));
    const params = trimmed === "" ? { clearAbout: true } : { about: trimmed };
    return this.act(async () => this.update({ profile: await this.core.call("setProfile", params) }));
  };

  readonly setReadReceipts = (readReceipts: boolean): Promise<boolean> => this.change({ readReceipts });
  readonly setLinkPreviews = (linkPreviews: boolean): Promise<boolean> => this.change({ linkPreviews });
  readonly setLastSeen = (lastSeen: Scope): Promise<boolean> => this.change({ lastSeen });
  readonly setAboutScope = (about: Scope): Promise<boolean> => this.change({ about });
  readonly setPhotoScope = (photo: Scope): Promise<boolean> => this.change({ photo });

  /** `again` is what was typed to be sure of it. */
  readonly setPin = async (pin: string, again: string): Promise<boolean> => {
    const problem = pinProblem(pin, again);
    this.update({ pinError: problem, notice: "" });
    return problem === "" && this.changePin(pin, say("settings.thePinIsSet"));
  };

  readonly removePin = (): Promise<boolean> => this.changePin("", say("settings.thePinIsRemoved"));
  readonly forgetPinError = (): void => this.update({ pinError: "" });

  private changePin(pin: string, notice: string): Promise<boolean> {
    return this.act(async () => {
      await this.core.call("setPin", { pin });
      this.update({ settings: await this.core.call("getSettings") });
      return notice;
    });
  }

  private change(params: MethodParams<"setSettings">): Promise<boolean> {
    return this.act(async () => this.update({ settings: await this.core.call("setSettings", params) }));
  }
}
