// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import type { Way } from "../view-models/video_plan";
import { factsOf, makingArguments } from "./ffmpeg_words";

const VIDEO = { codec_type: "video", codec_name: "mpeg4", width: 640, height: 480, avg_frame_rate: "30000/1001" };
const AUDIO = { codec_type: "audio", codec_name: "mp3", bit_rate: "128000" };
const LONG = { duration: "12.5" };

it("what ffprobe says becomes facts, as the video is shown", () => {
  expect(factsOf({ streams: [AUDIO, VIDEO], format: LONG }, "avi")).toEqual({
    ...{ codec: "mpeg4", decodes: false, width: 640, height: 480, durationMs: 12_500, frames: 30_000 / 1001 },
    ...{ hidden: false, audio: { codec: "mp3", decodes: false, bits: 128_000 }, encodes: { video: "", audio: "" } },
  });
  const turned = { ...VIDEO, codec_name: "h264", side_data_list: [{}, { rotation: -90 }] };
  const facts = factsOf({ streams: [turned], format: LONG }, "mov");
  expect(facts).toMatchObject({ codec: "avc", width: 480, height: 640, audio: undefined, hidden: true });
});

it.each([
  ["nothing", {}],
  ["sound only", { streams: [AUDIO], format: LONG }],
  ["a song with its cover", { streams: [{ ...VIDEO, disposition: { attached_pic: 1 } }, AUDIO], format: LONG }],
  ["no length", { streams: [VIDEO], format: { duration: "N/A" } }],
  ["no size", { streams: [{ ...VIDEO, width: 0 }], format: LONG }],
])("%s is no video", (_, probed) => expect(factsOf(probed, "mov")).toBeUndefined());

const copied: Way = { by: "ffmpeg", video: "copy", audio: "copy", tolerance: Infinity };
const words = (way: Partial<Way>, trim?: { startMs: number; endMs: number }) =>
  makingArguments("avi", "in", "out", { ...copied, ...way }, trim).join(" ");

it("ffmpeg takes picture and sound along, and nothing else", () => {
  const asked = words({});
  expect(asked).toMatch(/^-f avi -i in -map 0:v:0 -map 0:a:0\? -sn -dn -map_metadata -1 -map_chapters -1 -c:v copy/);
  expect(asked).toMatch(/-c:a copy -fflags \+bitexact .* -movflags \+faststart -f mp4 out$/);
  expect(words({ audio: undefined })).toContain(" -an ");
});

it("what is made anew has the size, the bits and the pictures that were planned", () => {
  const video = { codec: "avc", width: 854, height: 480, bits: 600_000, frames: 30 };
  const asked = words({ video, audio: { codec: "aac", bits: 96_000 } }, { startMs: 1500, endMs: 4000 });
  expect(asked).toContain("-f avi -ss 1.500 -t 2.500 -i in");
  expect(asked).toContain("-vf scale=854:480,setsar=1,fps=30 -c:v libx264");
  expect(asked).toContain("-b:v 600000 -maxrate 780000 -bufsize 1200000 -c:a aac -b:a 96000");
  expect(words({ video: { ...video, frames: 0 } })).toContain("setsar=1 ");
});
