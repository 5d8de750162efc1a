// SPDX-License-Identifier: AGPL-3.0-or-later

// Entry of the Worker that has the sealed files of a profile: every tab has one beside that of the core, so a large
// file holds up neither the core nor the page. OPFS is the same for all of them.
import { sendByXhr } from "./file_sending";
import { failureOf } from "./file_sealing";
import type { OpenedFile } from "./file_reading";
import { LocalFiles } from "./local_files";
import type { FromMedia, OfReader, ToMedia, ToReader } from "./media_messages";
import { MediaModule } from "./media_module";
import { OpfsFolder } from "./opfs_folder";
import { serveCore } from "./remote_files";
import { compileFrom } from "./wasm_instance";

/** What the DOM library declares for Workers only. */
interface WorkerScope {
  postMessage(message: FromMedia, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToMedia>) => void): void;
}
const scope = self as unknown as WorkerScope;

let files: LocalFiles | undefined;
const aborters = new Map<number, AbortController>();

scope.addEventListener("message", ({ data }) => {
  switch (data.kind) {
    case "start": {
      const { profile, wasmUrl, core } = data;
      files = new LocalFiles(
        new OpfsFolder(profile),
        async () => MediaModule.instantiate(await compileFrom(wasmUrl)),
        sendByXhr,
      );
      return serveCore(files, core);
    }
    case "seal":
      return void answer(data.id, (of, signal) => seal(of, data.id, data.file, signal));
    case "abort":
      return aborters.get(data.id)?.abort();
    case "read":
      return void answer(data.id, async (of) => {
        const bytes = await of.readWhole(data.opened);
        scope.postMessage({ kind: "bytes", id: data.id, bytes }, [bytes.buffer]);
      });
    case "serve":
      return serve(data.message, data.opened, data.port);
  }
});

async function answer(id: number, act: (files: LocalFiles, signal: AbortSignal) => Promise<void>): Promise<void> {
  const aborter = new AbortController();
  aborters.set(id, aborter);
  try {
    if (files === undefined) throw new Error("the files' Worker was not started");
    await act(files, aborter.signal);
  } catch (error) {
    const { reason, message } = failureOf(error);
    scope.postMessage({ kind: "failed", id, reason, detail: message });
  } finally {
    aborters.delete(id);
  }
}

async function seal(of: LocalFiles, id: number, file: Blob, signal: AbortSignal): Promise<void> {
  const sealed = await of.seal(file, { progress: (done) => scope.postMessage({ kind: "progress", id, done }), signal });
  scope.postMessage({ kind: "sealed", id, sealed });
}

/** So often is said that what is read hasn't come yet. */
const WAITING_EACH_MS = 5_000;

/** Answers one who reads, until it closes or the file turns out to be broken. */
function serve(message: string, opened: OpenedFile, port: MessagePort): void {
  const post = (answer: ToReader, transfer: Transferable[] = []): void => port.postMessage(answer, transfer);
  const reading = files?.reader(opened);
  port.onmessage = async ({ data }: MessageEvent<OfReader>) => {
    if (data.kind === "close") {
      reading?.close();
      return port.close();
    }
    const waiting = setInterval(() => post({ kind: "waiting" }), WAITING_EACH_MS);
    try {
      if (reading === undefined) throw new Error("the files' Worker was not started");
      const bytes = await reading.read(data.start, data.end, data.memory);
      post({ kind: "bytes", bytes }, [bytes.buffer]);
    } catch (error) {
      post({ kind: "failed", detail: String(error) });
      reading?.close();
      port.close();
      const isOurs = failureOf(error).reason === "broken" && reading?.isHere() === true;
      if (isOurs) scope.postMessage({ kind: "broken", message });
    } finally {
      clearInterval(waiting);
    }
  };
  post({ kind: "opened", size: opened.size });
}
