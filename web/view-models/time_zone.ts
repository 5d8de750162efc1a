// SPDX-License-Identifier: AGPL-3.0-or-later

// The time zone of this device, in which days begin and times are written. It changes when people travel.
import { ViewModel } from "./view_model";

const zoneNow = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

class TimeZone extends ViewModel<string> {
  constructor() {
    super(zoneNow());
  }

  /** Looks whether it is another one by now. */
  readonly renew = (): void => {
    const zone = zoneNow();
    if (zone !== this.snapshot()) this.become(zone);
  };
}

/** One for the page: it has one clock. */
export const timeZone = new TimeZone();
