// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

import { useLocale } from "./use_locale";

/**
 * The present time, renewed about once a minute, so that "today" becomes "yesterday" in time; in another time zone,
 * too.
 */
export function useNow(): number {
  useLocale();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
