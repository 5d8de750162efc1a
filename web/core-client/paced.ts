// SPDX-License-Identifier: AGPL-3.0-or-later

const PAUSE_MS = 200;

/** Tells of progress five times a second at most, and only when there is more; what is left out, nobody hears of. */
export function paced(tell: (done: number) => void, nowMs: () => number = () => performance.now()): typeof tell {
  let toldAt = -Infinity;
  let told = -1;
  return (done) => {
    if (done <= told || nowMs() - toldAt < PAUSE_MS) return;
    toldAt = nowMs();
    told = done;
    tell(done);
  };
}
