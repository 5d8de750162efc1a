// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

/** The present time, renewed about once a minute, so that "today" becomes "yesterday" in time. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
