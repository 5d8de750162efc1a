// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes this device one of an account that another device has already: that one reads the link, both show the same
// number, and its person says that they do. Then this device is registered (State), and the app goes on.
import { LinkingStage, type Core, type Linking } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { ViewModel } from "./view_model";

export interface LinkThisSnapshot {
  phase: "starting" | "waiting" | "comparing" | "finishing" | "failed";
  /** What the other device reads; "" while there is none. */
  link: string;
  /** The number to compare, six digits; "" until the other device has read the link. */
  code: string;
  /** With "failed": words for people. */
  error: string;
  /** What was begun before the page was loaded anew is over; this is another code. */
  anew: boolean;
}

export interface LinkThisOptions {
  server: string;
  deviceName: string;
  onLeave: () => void;
}

/** "123 456". */
export const codeGroups = (code: string): string => code.replace(/(\d{3})(?=\d)/g, "$1 ");

export class LinkThisViewModel extends ViewModel<LinkThisSnapshot> {
  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly options: LinkThisOptions,
  ) {
    super({ phase: "starting", link: "", code: "", error: "", anew: false });
    this.onDispose(store.subscribe(({ state }) => state?.linking !== undefined && this.take(state.linking)));
  }

  /** The page was loaded anew: goes on with what the core, in another tab, still does, else with a new link. */
  async resume(linking: Linking | undefined): Promise<void> {
    if (linking !== undefined && linking.stage !== LinkingStage.kFailed) return this.take(linking);
    await this.start();
    this.update({ anew: true });
  }

  /** A new link; the one before is of no use any more. */
  readonly start = async (): Promise<void> => {
    this.update({ phase: "starting", link: "", code: "", error: "", anew: false });
    try {
      const { server, deviceName } = this.options;
      const { link } = await this.core.call("startLinking", { server, deviceName });
      if (this.snapshot().phase === "starting") this.update({ phase: "waiting", link });
    } catch (error) {
      this.update({ phase: "failed", error: failureText(error) });
    }
  };

  readonly leave = (): void => {
    this.core.call("cancelLinking").catch(() => undefined);
    this.options.onLeave();
  };

  private take({ stage, link, code, failure }: Linking): void {
    switch (stage) {
      case LinkingStage.kWaiting:
        return this.update({ phase: "waiting", link });
      case LinkingStage.kComparing:
        return this.update({ phase: "comparing", code });
      case LinkingStage.kFinishing:
        return this.update({ phase: "finishing" });
      case LinkingStage.kFailed:
        return this.update({ phase: "failed", error: failureText(failure) });
    }
  }
}
