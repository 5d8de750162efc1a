// SPDX-License-Identifier: AGPL-3.0-or-later

// Records what somebody says.
import { WAVEFORM_BARS } from "../core-client/generated/limits";
import type { Microphone, Recording, RecordingTrouble } from "../view-models/media_port";
import { waveformOf } from "./waveform";

const BITS_PER_SECOND = 32_000;
/** The first one that the browser makes: an MP4 says how long it is, and plays everywhere. */
const TYPES = ["audio/mp4;codecs=opus", "audio/mp4", "audio/webm;codecs=opus", "audio/ogg;codecs=opus"];

class NoRecording extends Error {
  constructor(readonly trouble: RecordingTrouble) {
    super(trouble);
  }
}

const troubleOf = (error: unknown): RecordingTrouble => {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "failed";
};

async function heard(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined || typeof MediaRecorder !== "function") throw new NoRecording("none");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
  } catch (error) {
    console.debug(`kith: no microphone: ${String(error)}`);
    throw new NoRecording(troubleOf(error));
  }
}

async function drawn(file: Blob): Promise<{ waveform: Uint8Array; durationMs: number }> {
  const context = new OfflineAudioContext(1, 1, 16_000);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  return {
    waveform: waveformOf(sound.getChannelData(0), WAVEFORM_BARS),
    durationMs: Math.round(sound.duration * 1000),
  };
}

function levels(stream: MediaStream): { level: () => number; end: () => void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
      return Math.min(1, loudness * 4);
    },
    end: () => void context.close(),
  };
}

async function record(): Promise<Recording> {
  const stream = await heard();
  try {
    return recordingOf(stream);
  } catch (error) {
    silence(stream);
    throw error;
  }
}

/** The browser shows no longer that it listens. */
function silence(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function recordingOf(stream: MediaStream): Recording {
  const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each)) ?? "";
  const recorder = new MediaRecorder(stream, {
    ...(type === "" ? {} : { mimeType: type }),
    audioBitsPerSecond: BITS_PER_SECOND,
  });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void parts.push(data);
  const { level, end } = levels(stream);
  const begun = performance.now();
  const leave = () => {
    silence(stream);
    end();
  };
  recorder.start();
  return {
    level,
    cancel() {
      recorder.ondataavailable = null;
      if (recorder.state !== "inactive") recorder.stop();
      leave();
    },
    async stop() {
      const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
      const lastedMs = Math.round(performance.now() - begun);
      if (recorder.state !== "inactive") {
        recorder.stop();
        await stopped;
      }
      leave();
      const plain = (recorder.mimeType.split(";", 1)[0] ?? "").trim() || "audio/webm";
      const file = new Blob(parts, { type: plain });
      const { waveform, durationMs } = await drawn(file).catch(() => ({
        waveform: new Uint8Array(),
        durationMs: lastedMs,
      }));
      return { file, type: plain, durationMs, waveform };
    },
  };
}

export const microphone: Microphone = { record };
