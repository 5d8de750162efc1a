// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of one's account, and the linking of one more: its link is read, both show the same number, and the
// person says that they do.
import { DEVICE_NAME_BYTES_MAX, HistoryScope, type Core, type Device, type DeviceNotice } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { say } from "./say";
import { ViewModel } from "./view_model";

/** Of the other device, which has shown a link. */
export interface NewDevice {
  name: string;
  /** Six digits. */
  code: string;
}

export interface DevicesSnapshot {
  /** Undefined until they are known. */
  devices: readonly Device[] | undefined;
  /** When the server said who was last there; 0n: it did not yet. */
  askedUs: bigint;
  /** Notices that are seen now, and no more when the list is left. */
  told: readonly DeviceNotice[];
  busy: boolean;
  /** Words for people; "" for none. */
  error: string;
  notice: string;
  /** Whose number is to be compared. */
  found: NewDevice | undefined;
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

export class DevicesViewModel extends ViewModel<DevicesSnapshot> {
  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly kept: LinkingPort = noLinking,
  ) {
    const { given = "", comparing = false } = kept.load();
    super({
      devices: undefined,
      askedUs: 0n,
      told: [],
      busy: false,
      error: "",
      notice: "",
      found: undefined,
      history: HistoryScope.kHistoryAll,
      given,
      interrupted: comparing,
    });
    this.onDispose(
      store.subscribe(({ devices, resync }) => {
        if ((devices || resync) && this.snapshot().devices !== undefined) void this.refresh();
      }),
    );
  }

  /** What was said on the way to the list stays. */
  readonly load = async (): Promise<void> => {
    this.update({ error: "" });
    await this.refresh();
    await this.refresh(true);
  };
  readonly forgetNotice = (): void => this.update({ notice: "", told: [] });

  /** Somebody sees these notices now. */
  readonly see = async (notices: readonly DeviceNotice[]): Promise<void> => {
    this.update({ told: [...this.snapshot().told, ...notices] });
    await this.core.call("seeDevices").catch(() => undefined);
  };

  readonly remove = ({ id, name }: Device): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("removeDevice", { deviceId: id });
      await this.refresh();
      this.update({ notice: say("devices.removed", { name }) });
    });

  /** All but this one. */
  readonly removeOthers = (): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("removeDevice", { allOthers: true });
      await this.refresh();
      this.update({ notice: say("devices.othersRemoved") });
    });

  readonly rename = async ({ id, name: before }: Device, typed: string): Promise<boolean> => {
    const name = typed.trim();
    if (name === before) return true;
    if (new TextEncoder().encode(name).length > DEVICE_NAME_BYTES_MAX) {
      this.update({ error: say("devices.nameTooLong") });
      return false;
    }
    return this.act(async () => {
      await this.core.call("renameDevice", { deviceId: id, name });
      await this.refresh();
    });
  };

  /** What was read by the camera, or pasted. */
  readonly open = async (link: string): Promise<void> => {
    if (this.snapshot().busy) return;
    if (link.trim() === "") return this.update({ error: say("devices.noLink") });
    await this.act(async () => {
      const { deviceName: name, code } = await this.core.call("openLink", { link: link.trim() });
      this.kept.save({ comparing: true });
      this.update({ found: { name, code }, history: HistoryScope.kHistoryAll, given: "", interrupted: false });
    });
  };

  /** The other device shows the same number. */
  readonly confirm = (): Promise<boolean> => {
    const { found, history } = this.snapshot();
    const name = found?.name ?? "";
    return this.act(async () => {
      await this.core.call("confirmLink", { history });
      this.kept.save({});
      this.update({ found: undefined });
      await this.refresh();
      this.update({ notice: say("devices.linked", { name }) });
    });
  };

  readonly setHistory = (history: HistoryScope): void => this.update({ history });

  /** It shows another one, or the person has left. */
  readonly cancel = (): void => {
    if (this.snapshot().found !== undefined) this.core.call("cancelLinking").catch(() => undefined);
    this.kept.save({});
    this.update({ found: undefined, error: "", given: "", interrupted: false });
  };

  private async refresh(askServer = false): Promise<void> {
    try {
      const { devices, askedUs } = await this.core.call("listDevices", { askServer });
      this.update({ devices, askedUs });
    } catch (error) {
      this.update({ error: failureText(error) });
    }
  }

  private async act(change: () => Promise<unknown>): Promise<boolean> {
    this.update({ busy: true, error: "", notice: "" });
    try {
      await change();
      this.update({ busy: false });
      return true;
    } catch (error) {
      this.kept.save({});
      this.update({ busy: false, error: failureText(error), found: undefined });
      return false;
    }
  }
}
