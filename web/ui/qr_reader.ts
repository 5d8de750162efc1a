// SPDX-License-Identifier: AGPL-3.0-or-later

// Finds a QR code in what a camera sees: the browser's own detector where there is one, else a package that is fetched
// then (docs/decisions).

/** The text of a code in the present picture; undefined when none is seen. */
export type ReadPicture = (video: HTMLVideoElement) => Promise<string | undefined>;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const QR = "qr_code";
/** Of the longer side: more only takes longer. */
const PIXELS_MAX = 720;

async function ownDetector(): Promise<ReadPicture | undefined> {
  const Own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats: string[] | undefined = await Own?.getSupportedFormats().catch(() => []);
  if (Own === undefined || formats?.includes(QR) !== true) return undefined;
  const detector = new Own({ formats: [QR] });
  return async (video) => (await detector.detect(video))[0]?.rawValue;
}

async function packagedDetector(): Promise<ReadPicture> {
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const scale = Math.min(1, PIXELS_MAX / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (context === null || canvas.width === 0 || canvas.height === 0) return Promise.resolve(undefined);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decode(context.getImageData(0, 0, canvas.width, canvas.height)));
    } catch {
      return Promise.resolve(undefined); // there is none in it, or it can't be read yet
    }
  };
}

export const qrReader = async (): Promise<ReadPicture> => (await ownDetector()) ?? packagedDetector();
