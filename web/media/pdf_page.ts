// SPDX-License-Identifier: AGPL-3.0-or-later

// The page's side of pdf_worker.ts: a Worker for each PDF, which ends with it, and one at a time. What can't be drawn
// (it is encrypted, broken, too large, or takes too long) has no preview, and that is all.
import { THUMBNAIL_BYTES_MAX } from "../core-client/generated/limits";
import type { FirstPage, PdfAnswer, PdfTask } from "./pdf_worker";

export const PDF_BYTES_MAX = 32 * 1024 * 1024;
/** Until the Worker's script is there: it is fetched with the first PDF. */
export const LOADING_MS = 15_000;
/** From then on, until the page is drawn. */
export const DRAWING_MS = 3_000;

function drawn(file: Blob): Promise<FirstPage> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./pdf_worker.ts", import.meta.url), { type: "module", name: "kith PDF" });
    let timer: ReturnType<typeof setTimeout>;
    const end = (then: () => void): void => {
      clearTimeout(timer);
      worker.terminate();
      then();
    };
    const fail = (why: string): void => end(() => reject(new Error(why)));
    const wait = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail("it took too long"), ms);
    };
    worker.onmessage = ({ data }: MessageEvent<PdfAnswer>) => {
      if ("page" in data) return end(() => resolve(data.page));
      if ("error" in data) return fail(data.error);
      if (!("loaded" in data)) return;
      wait(DRAWING_MS);
      const task: PdfTask = { file, thumbnailBytesMax: THUMBNAIL_BYTES_MAX };
      worker.postMessage(task);
    };
    worker.onerror = ({ message }) => fail(message);
    worker.onmessageerror = () => fail("no message");
    wait(LOADING_MS);
  });
}

const pages = new WeakMap<Blob, Promise<FirstPage | undefined>>();
let before: Promise<unknown> = Promise.resolve();

/** What the first page of a PDF looks like, the same at each call; undefined when that can't be said. Never rejects. */
export function firstPage(file: Blob): Promise<FirstPage | undefined> {
  const known = pages.get(file);
  if (known !== undefined) return known;
  if (file.size > PDF_BYTES_MAX) return Promise.resolve(undefined);
  const page = before
    .then(() => drawn(file))
    .catch((error: unknown) => {
      console.debug(`kith: a PDF has no preview: ${String(error)}`);
      return undefined;
    });
  before = page;
  pages.set(file, page);
  return page;
}
