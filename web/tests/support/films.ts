// SPDX-License-Identifier: AGPL-3.0-or-later

// Videos as cameras and programs make them, by Debian's ffmpeg; and what a browser makes of one when it plays it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";

export interface Film {
  /** With the ending that says what it is to be. */
  name: string;
  /** What ffmpeg is told for its output. */
  options: string;
  seconds?: number;
  size?: string;
  rate?: number;
  /** A second pass without encoding, for what is only written then: from so many seconds on. */
  again?: string;
  from?: number;
  /** Its sound is AMR, a noise: the ffmpeg of distributions reads that, and makes none. */
  amr?: boolean;
}

function ffmpeg(args: readonly string[]): void {
  const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", "-y", ...args]);
  if (status !== 0) throw new Error(`ffmpeg ${args.join(" ")}: ${String(stderr)}`);
}
const split = (options: string): string[] => options.split(" ").filter((each) => each !== "");

/** Frames of 12.2 kbit/s, 20 ms each, with the same bits. Source: RFC 4867, section 5. */
function amrNoise(seconds: number): Buffer {
  const frame = Buffer.from([0x3c, ...Array.from({ length: 31 }, (_, at) => (at * 37 + 11) & 255)]);
  return Buffer.concat([Buffer.from("#!AMR\n"), ...Array.from({ length: seconds * 50 }, () => frame)]);
}

/** Moving bars, and a tone of 440 Hz. */
export function film({
  name,
  options,
  seconds = 3,
  size = "320x180",
  rate = 25,
  again,
  from = 0,
  amr = false,
}: Film): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-film-"));
  try {
    const file = path.join(folder, name);
    const picture = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
    const noise = path.join(folder, "noise.amr");
    if (amr) writeFileSync(noise, amrNoise(seconds));
    const tone = ["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
    const sound = amr ? ["-f", "amr", "-i", noise] : tone;
    ffmpeg([...picture, ...sound, ...(amr ? ["-c:a", "copy"] : []), ...split(options), file]);
    if (again === undefined) return readFileSync(file);
    const second = path.join(folder, `again-${name}`);
    ffmpeg(["-ss", String(from), "-i", file, "-c", "copy", ...split(again), second]);
    return readFileSync(second);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How many pictures are in it, also those that are never shown. */
export function picturesIn(file: Buffer): number {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-film-"));
  try {
    writeFileSync(path.join(folder, "film"), file);
    const counting =
      "-v error -ignore_editlist 1 -select_streams v -count_packets -show_entries stream=nb_read_packets";
    const args = [...split(counting), "-of", "csv=p=0", path.join(folder, "film")];
    return Number.parseInt(String(spawnSync("ffprobe", args).stdout), 10);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Played {
  width: number;
  height: number;
  seconds: number;
  /** Of the sound while it plays, root of the mean square: 0 to 1. */
  level: number;
  /** How far it came while it was listened to. */
  position: number;
  /** Where it is after a jump to its last quarter. */
  sought: number;
}

/** Plays it for a moment, and jumps. Rejects when it does not play. */
export function played(page: Page, file: Buffer): Promise<Played> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const video = document.createElement("video");
    const happens = (event: string) =>
      new Promise((resolve, reject) => {
        video.addEventListener(event, resolve, { once: true });
        video.addEventListener("error", () => reject(new Error(video.error?.message)), { once: true });
      });
    const loaded = happens("loadeddata");
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    document.body.append(video);
    await loaded;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    context.createMediaElementSource(video).connect(analyser);
    await video.play();
    let level = 0;
    for (const samples = new Float32Array(2048); video.currentTime < 0.6;) {
      analyser.getFloatTimeDomainData(samples);
      level = Math.max(level, Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const position = video.currentTime;
    const there = happens("seeked");
    video.pause();
    video.currentTime = video.duration * 0.75;
    await there;
    const { videoWidth: width, videoHeight: height, duration: seconds, currentTime: sought } = video;
    await context.close();
    video.remove();
    return { width, height, seconds, level, position, sought };
  }, file.toString("base64"));
}
