// SPDX-License-Identifier: AGPL-3.0-or-later

import { timeZone } from "../view-models/time_zone";

const LOOK_EVERY_MS = 15_000;

/** No event tells that the time zone of the device has changed: one has to look. */
export function watchTimeZone(): void {
  setInterval(timeZone.renew, LOOK_EVERY_MS);
  addEventListener("focus", timeZone.renew);
  document.addEventListener("visibilitychange", timeZone.renew);
}
