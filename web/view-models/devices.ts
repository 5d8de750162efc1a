// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices of one's account, and the linking of one more: its link is read, both show the same number, and the
// person says that they do.
import type { Core, Device } from "./core";
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
  busy: boolean;
  /** Words for people; "" for none. */
  error: string;
  notice: string;
  /** Whose number is to be compared. */
  found: NewDevice | undefined;
}

export class DevicesViewModel extends ViewModel<DevicesSnapshot> {
  constructor(
    private readonly core: Core,
    store: EntityStore,
  ) {
    super({ devices: undefined, busy: false, error: "", notice: "", found: undefined });
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
  };
  readonly forgetNotice = (): void => this.update({ notice: "" });

  readonly remove = ({ id, name }: Device): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("removeDevice", { deviceId: id });
      await this.refresh();
      this.update({ notice: say("devices.removed", { name }) });
    });

  /** What was read by the camera, or pasted. */
  readonly open = async (link: string): Promise<void> => {
    if (this.snapshot().busy) return;
    if (link.trim() === "") return this.update({ error: say("devices.noLink") });
    await this.act(async () => {
      const { deviceName: name, code } = await this.core.call("openLink", { link: link.trim() });
      this.update({ found: { name, code } });
    });
  };

  /** The other device shows the same number. */
  readonly confirm = (): Promise<boolean> => {
    const name = this.snapshot().found?.name ?? "";
    return this.act(async () => {
      await this.core.call("confirmLink");
      this.update({ found: undefined });
      await this.refresh();
      this.update({ notice: say("devices.linked", { name }) });
    });
  };

  /** It shows another one, or the person has left. */
  readonly cancel = (): void => {
    if (this.snapshot().found !== undefined) this.core.call("cancelLinking").catch(() => undefined);
    this.update({ found: undefined, error: "" });
  };

  private async refresh(): Promise<void> {
    try {
      const { devices } = await this.core.call("listDevices");
      this.update({ devices });
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
      this.update({ busy: false, error: failureText(error), found: undefined });
      return false;
    }
  }
}
