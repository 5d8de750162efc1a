// SPDX-License-Identifier: AGPL-3.0-or-later

// Unpacks pictures and makes others of them, beside the page's thread: one at a time, so that there is never more than
// one unpacked.
import { madeOf, type Made, type Making } from "./pictures_made";

export interface Task extends Making {
  id: number;
  source: Blob | ImageBitmap;
}
export type Result = { id: number; made: Made } | { id: number; error: string };

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(result: Result): void;
};

async function carryOut({ id, source, ...making }: Task): Promise<Result> {
  let bitmap: ImageBitmap | undefined;
  try {
    bitmap = source instanceof Blob ? await createImageBitmap(source, { imageOrientation: "from-image" }) : source;
    return { id, made: await madeOf(bitmap, making) };
  } catch (error) {
    return { id, error: String(error) };
  } finally {
    bitmap?.close();
  }
}

let before: Promise<void> = Promise.resolve();
scope.onmessage = ({ data }) => {
  before = before.then(() => carryOut(data)).then((result) => scope.postMessage(result));
};
