// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * How loud a recording is, in bars of 0 to 255: the loudest is 255, but for one in which there is next to nothing.
 * `samples` are -1 to 1.
 */
export function waveformOf(samples: Float32Array, bars: number): Uint8Array {
  if (samples.length === 0) return new Uint8Array();
  const loudness = Array.from({ length: bars }, (_, bar) => {
    const begin = Math.floor((bar * samples.length) / bars);
    const end = Math.max(begin + 1, Math.floor(((bar + 1) * samples.length) / bars));
    let sum = 0;
    for (let at = begin; at < end; ++at) sum += (samples[at] ?? 0) ** 2;
    return Math.sqrt(sum / (end - begin));
  });
  const SILENCE = 0.01;
  const loudest = Math.max(SILENCE, ...loudness);
  return Uint8Array.from(loudness, (each) => Math.round((each / loudest) * 255));
}
