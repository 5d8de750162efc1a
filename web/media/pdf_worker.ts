// SPDX-License-Identifier: AGPL-3.0-or-later

// Draws the first page of a PDF: one task, then the page ends this Worker (pdf_page.ts). Mozilla's pdf.js reads it here
// as a whole, its own Worker's part as well, so that nothing of a stranger's file is read beside the page. Nothing is
// fetched: fonts, tables and decoders that are not in the file or in pdf.js's script are not there.
import { getDocument, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";
import "pdfjs-dist/legacy/build/pdf.worker.min.mjs";

import { smallJpeg } from "./pictures_made";

export interface PdfTask {
  file: Blob;
  thumbnailBytesMax: number;
}
export interface FirstPage {
  /** A JPEG of at most 640 pixels at the longer side. */
  picture: Blob;
  /** A smaller one, for the message. */
  thumbnail: Uint8Array<ArrayBuffer>;
}
/** `loaded`: the script is there, and takes its task. pdf.js's own part says something too, which is none of these. */
export type PdfAnswer = { loaded: true } | { page: FirstPage } | { error: string };

const PIXELS_MAX = 640;
/** A page of a stamp's size is not made larger than this. */
const SCALE_MAX = 4;
const JPEG_QUALITY = 0.85;
/** A page of A4, scanned with 600 dots per inch, has 35 million. */
const UNPACKED_PIXELS_MAX = 40_000_000;
/** Of each canvas that the page's parts are drawn on by themselves. */
const CANVAS_PIXELS_MAX = 16_000_000;
const SIZES: readonly (readonly [pixels: number, quality: number])[] = [
  [480, 0.75],
  [480, 0.5],
  [360, 0.5],
  [240, 0.5],
  [120, 0.4],
];

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<PdfTask>) => void) | null;
  postMessage(answer: PdfAnswer): void;
};

type Drawn = { canvas: OffscreenCanvas | null; context: OffscreenCanvasRenderingContext2D | null };

/** What pdf.js asks a page's document for otherwise. */
class Canvases {
  create(width: number, height: number): Drawn {
    const canvas = new OffscreenCanvas(1, 1);
    const drawn = { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
    this.reset(drawn, width, height);
    return drawn;
  }

  reset({ canvas }: Drawn, width: number, height: number): void {
    if (!(width > 0 && height > 0 && width * height <= CANVAS_PIXELS_MAX)) throw new Error("a canvas of no such size");
    if (canvas === null) throw new Error("no canvas");
    canvas.width = width;
    canvas.height = height;
  }

  destroy(drawn: Drawn): void {
    if (drawn.canvas !== null) drawn.canvas.width = drawn.canvas.height = 0;
    drawn.canvas = drawn.context = null;
  }
}

/** A Worker has no filters of a document: what would be filtered is drawn as it is. */
class NoFilters {
  addFilter = (): string => "none";
  addHCMFilter = (): string => "none";
  addAlphaFilter = (): string => "none";
  addLuminosityFilter = (): string => "none";
  addHighlightHCMFilter = (): string => "none";
  destroy(): void {}
}

class NothingFetched {
  fetch({ filename }: { filename: string }): Promise<never> {
    return Promise.reject(new Error(`${filename} is not fetched`));
  }
}

async function firstPageOf({ file, thumbnailBytesMax }: PdfTask): Promise<FirstPage> {
  const { promise } = getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    verbosity: VerbosityLevel.ERRORS,
    isEvalSupported: false,
    enableXfa: false,
    useWorkerFetch: false,
    BinaryDataFactory: NothingFetched,
    CanvasFactory: Canvases,
    FilterFactory: NoFilters,
    disableFontFace: true, // letters are drawn as paths: a Worker's canvas knows no fonts of a file
    useSystemFonts: false,
    isOffscreenCanvasSupported: true,
    isImageDecoderSupported: false,
    maxImageSize: UNPACKED_PIXELS_MAX,
    canvasMaxAreaInBytes: 4 * UNPACKED_PIXELS_MAX,
  });
  const page = await (await promise).getPage(1);
  const whole = page.getViewport({ scale: 1 });
  const scale = Math.min(SCALE_MAX, PIXELS_MAX / Math.max(whole.width, whole.height));
  const viewport = page.getViewport({ scale });
  const side = (pixels: number): number => Math.min(PIXELS_MAX, Math.max(1, Math.round(pixels)));
  const canvas = new OffscreenCanvas(side(viewport.width), side(viewport.height));
  const canvasContext = canvas.getContext("2d") as unknown as CanvasRenderingContext2D;
  await page.render({ canvas: null, canvasContext, viewport, background: "#fff" }).promise;
  return {
    picture: await canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY }),
    thumbnail: await smallJpeg(canvas, SIZES, thumbnailBytesMax),
  };
}

scope.onmessage = ({ data }) => {
  if (!(data.file instanceof Blob)) return;
  firstPageOf(data).then(
    (page) => scope.postMessage({ page }),
    (error: unknown) => scope.postMessage({ error: String(error) }),
  );
};
scope.postMessage({ loaded: true });
