// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of one's account, and the linking of one more: its link is read, both show the same number, and the
// person says that they do.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { DEVICE_NAME_BYTES_MAX, HistoryScope, type Core, type Device, type DeviceNotice } from "./core";
import type { EntityStore } from "./entity_store";
import { say } from "./say";

/** Of the other device, which has shown a link. */
export interface NewDevice {
  name: string;
  /** Six digits. */
  code: string;
}

export interface DevicesSnapshot extends Acting {
  /** Undefined until they are known. */
  devices: readonly Device[] | undefined;
  /** When the server said who was last there; 0n: it did not yet. */
  askedUs: bigint;
  /** Notices that are seen now, each once, and no more when the list is left. */
  told: readonly DeviceNotice[];
  /** Whose number is to be compared. */
  found: NewDevice | undefined;
  /** The person has said that the numbers are the same: the device is let in, whichever page is shown. */
  confirming: boolean;
  /** Which messages from before that one will get. */
  history: HistoryScope;
  /** A link that this page was opened with, for the field. */
  given: string;
  /** The page was loaded anew while the numbers were compared: that is over, and the new device doesn't know it. */
  interrupted: boolean;
}

/** What is kept beside the page while a device is linked. All but `given` outlasts that it is loaded anew. */
export interface KeptLinking {
  /** The first device: the link that the page was opened with, a secret. */
  given?: string;
  /** The first device: the numbers are being compared. */
  comparing?: boolean;
  /** The new device: its link is shown. */
  joining?: boolean;
}
export interface LinkingPort {
  load(): KeptLinking;
  save(kept: KeptLinking): void;
}

export const noLinking: LinkingPort = { load: () => ({}), save: () => undefined };

const NOTHING_LINKED = { found: undefined, confirming: false, given: "", interrupted: false };

const isSameNotice = (a: DeviceNotice, b: DeviceNotice): boolean =>
  a.kind === b.kind && a.deviceId === b.deviceId && a.timeUs === b.timeUs;

export class DevicesViewModel extends ActingViewModel<DevicesSnapshot> {
  /** Grows when linking is given up: what was asked of the core before that is not waited for any more. */
  private round = 0;
  /** The link is being opened in the core. */
  private opening = false;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly kept: LinkingPort = noLinking,
    tellElsewhere?: (words: string) => void,
  ) {
    const { given = "", comparing = false } = kept.load();
    super(
      {
        ...AT_REST,
        ...NOTHING_LINKED,
        devices: undefined,
        askedUs: 0n,
        told: [],
        history: HistoryScope.kHistoryAll,
        given,
        interrupted: comparing,
      },
      tellElsewhere,
    );
    this.onDispose(
      store.subscribe(({ devices, resync }) => {
        if ((devices || resync) && this.snapshot().devices !== undefined) void this.refresh();
      }),
    );
  }

  /** As they are known here, and then with what the server says of when they were last there. */
  readonly load = (): Promise<void> =>
    this.read(async () => {
      await this.list();
      await this.list(true);
    });
  readonly forgetTold = (): void => this.update({ told: [] });

  /** Somebody sees these notices now. */
  readonly see = async (notices: readonly DeviceNotice[]): Promise<void> => {
    const { told } = this.snapshot();
    const more = notices.filter((each) => !told.some((seen) => isSameNotice(seen, each)));
    if (more.length === 0) return;
    this.update({ told: [...told, ...more] });
    await this.core.call("seeDevices").catch(() => undefined);
  };

  /** What was of another account. */
  readonly reset = (): void => {
    this.cancel();
    this.forgetSaid();
    this.update({ ...NOTHING_LINKED, devices: undefined, askedUs: 0n, told: [] });
  };

  readonly remove = ({ id, name }: Device): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("removeDevice", { deviceId: id });
      await this.refresh();
      return say("devices.removed", { name });
    });

  /** All but this one. */
  readonly removeOthers = (): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("removeDevice", { allOthers: true });
      await this.refresh();
      return say("devices.othersRemoved");
    });

  readonly rename = async ({ id, name: before }: Device, typed: string): Promise<boolean> => {
    const name = typed.trim();
    if (name === before) return true;
    if (new TextEncoder().encode(name).length > DEVICE_NAME_BYTES_MAX) return this.refuse(say("devices.nameTooLong"));
    return this.act(async () => {
      await this.core.call("renameDevice", { deviceId: id, name });
      await this.refresh();
    });
  };

  /** What was read by the camera, or pasted. */
  readonly open = async (link: string): Promise<void> => {
    if (this.snapshot().busy) return;
    if (link.trim() === "") return void this.refuse(say("devices.noLink"));
    const { round } = this;
    this.opening = true;
    await this.act(async () => {
      try {
        const { deviceName: name, code } = await this.core.call("openLink", { link: link.trim() });
        if (round !== this.round) return;
        this.opening = false;
        this.kept.save({ comparing: true });
        this.update({ ...NOTHING_LINKED, found: { name, code }, history: HistoryScope.kHistoryAll });
      } catch (error) {
        if (round !== this.round) return; // it was given up, which is no failure
        this.opening = false;
        this.kept.save({});
        throw error;
      }
    });
  };

  /**
   * The other device shows the same number. This is not given up any more: whoever leaves the page is told elsewhere
   * what came of it.
   */
  readonly confirm = async (): Promise<boolean> => {
    const { found, history, confirming } = this.snapshot();
    if (found === undefined || confirming) return false;
    const { name } = found;
    this.update({ confirming: true });
    return this.act(async () => {
      try {
        await this.core.call("confirmLink", { history });
      } finally {
        this.kept.save({});
        this.update(NOTHING_LINKED);
      }
      await this.refresh();
      return say("devices.linked", { name });
    });
  };

  readonly setHistory = (history: HistoryScope): void => this.update({ history });

  /** It shows another one, or the person has left. */
  readonly cancel = (): void => {
    const { found, confirming } = this.snapshot();
    if (confirming) return;
    if (found !== undefined || this.opening) {
      ++this.round;
      this.opening = false;
      this.core.call("cancelLinking").catch(() => undefined);
    }
    this.kept.save({});
    this.update({ ...NOTHING_LINKED, error: "" });
  };

  /** The page that links is left. That a device was linked is said in the list, to which this led. */
  readonly leaveLinking = (): void => {
    const { notice } = this.snapshot();
    this.cancel();
    this.forgetSaid();
    this.update({ notice });
  };

  private readonly refresh = (): Promise<void> => this.read(() => this.list());

  private async list(askServer = false): Promise<void> {
    const { devices, askedUs } = await this.core.call("listDevices", { askServer });
    this.update({ devices, askedUs });
  }
}
