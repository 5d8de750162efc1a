// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

import { timeZone } from "../view-models/time_zone";
import { useViewModel } from "./use_view_model";

/**
 * The present time, renewed about once a minute, so that "today" becomes "yesterday" in time; in another time zone,
 * too.
 */
export function useNow(): number {
  useViewModel(timeZone);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
