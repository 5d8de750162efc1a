// SPDX-License-Identifier: AGPL-3.0-or-later

// What ffmpeg is told, and what it says of a file.
import type { VideoEdits, VideoFacts } from "../view-models/media_port";
import type { Way } from "../view-models/video_plan";

/** Of ffprobe's JSON, as far as it is read; each may be missing. */
export interface Probed {
  streams?: readonly {
    codec_type?: string;
    codec_name?: string;
    width?: number;
    height?: number;
    avg_frame_rate?: string;
    bit_rate?: string;
    side_data_list?: readonly { rotation?: number }[];
    disposition?: { attached_pic?: number };
  }[];
  format?: { duration?: string };
}

const CODECS: Record<string, string> = { h264: "avc" };
const codecOf = (name = ""): string => CODECS[name] ?? name;

/** "30000/1001", "25/1", "0/0". */
function ratio(text = ""): number {
  const [above = 0, below = 0] = text.split("/").map(Number);
  return above > 0 && below > 0 ? above / below : 0;
}

/** undefined for what has no picture, or no length. `reader`: of the container, by ffmpeg's name. */
export function factsOf({ streams = [], format }: Probed, reader: string): VideoFacts | undefined {
  const video = streams.find(
    ({ codec_type, disposition }) => codec_type === "video" && disposition?.attached_pic !== 1,
  );
  const audio = streams.find(({ codec_type }) => codec_type === "audio");
  const durationMs = Math.round(1000 * Number(format?.duration ?? 0));
  const { width = 0, height = 0 } = video ?? {};
  if (video === undefined || !(durationMs > 0) || width <= 0 || height <= 0) return undefined;
  const turned = video.side_data_list?.some(({ rotation = 0 }) => Math.abs(rotation) % 180 === 90) === true;
  const bits = Number(audio?.bit_rate ?? 0) || 0;
  return {
    codec: codecOf(video.codec_name),
    decodes: false,
    width: turned ? height : width,
    height: turned ? width : height,
    durationMs,
    frames: ratio(video.avg_frame_rate),
    hidden: reader !== "avi", // in the others there may be something: it is not told
    audio: audio === undefined ? undefined : { codec: codecOf(audio.codec_name), decodes: false, bits },
    encodes: { video: "", audio: "" },
  };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Nothing but picture and sound is taken along, and nothing is said of what made it. */
export function makingArguments(
  reader: string,
  input: string,
  output: string,
  { video, audio }: Way,
  trim: VideoEdits["trim"],
): string[] {
  const from = trim === undefined ? [] : ["-ss", seconds(trim.startMs), "-t", seconds(trim.endMs - trim.startMs)];
  const tracks = ["-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"];
  const exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"];
  const written = ["-movflags", "+faststart", "-f", "mp4", output];
  return ["-f", reader, ...from, "-i", input, ...tracks, ...picture(video), ...sound(audio), ...exact, ...written];
}

function picture(video: Way["video"]): string[] {
  if (video === "copy") return ["-c:v", "copy"];
  const { width, height, bits, frames } = video;
  const filters = [`scale=${width}:${height}`, "setsar=1", ...(frames === 0 ? [] : [`fps=${frames}`])];
  const rate = ["-b:v", String(bits), "-maxrate", String(Math.round(bits * 1.3)), "-bufsize", String(bits * 2)];
  return ["-vf", filters.join(","), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", ...rate];
}

function sound(audio: Way["audio"]): string[] {
  if (audio === undefined) return ["-an"];
  if (audio === "copy") return ["-c:a", "copy"];
  return ["-c:a", "aac", "-b:a", String(audio.bits), "-ar", "48000", "-af", "aformat=channel_layouts=mono|stereo"];
}
