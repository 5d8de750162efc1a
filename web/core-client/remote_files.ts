// SPDX-License-Identifier: AGPL-3.0-or-later

// The sealed files, used from the Worker of the core while another one has them (media_worker.ts): both ends of the
// port between.
import type { FetchFile, HttpCall } from "./generated/client_api/host_pb";
import type { OfCore, ToCore } from "./media_messages";
import type { Cancel, FetchListener, SealedFiles, SendListener } from "./sealed_files";

type Heard = (message: ToCore) => void;

/** What of a MessagePort is needed here. */
export interface Port {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
}

export class RemoteFiles implements SealedFiles {
  private readonly waiting = new Map<number, Heard>();
  private nextId = 1;

  constructor(private readonly port: Port) {
    port.onmessage = ({ data }: MessageEvent<ToCore>) => this.waiting.get(data.id)?.(data);
  }

  send(call: HttpCall, listener: SendListener): Cancel {
    return this.begin(
      (id) => ({ kind: "send", id, call }),
      (message, end) => {
        if (message.kind === "progress") return listener.progress(message.done);
        end();
        if (message.kind === "answered") listener.answered(message.answer);
        if (message.kind === "missing") listener.missing();
      },
    );
  }

  fetch(wanted: FetchFile, listener: FetchListener): Cancel {
    return this.begin(
      (id) => ({ kind: "fetch", id, wanted }),
      (message, end) => {
        if (message.kind === "progress") return listener.progress(message.done);
        end();
        if (message.kind === "ended") listener.ended(message.outcome, message.status);
      },
    );
  }

  remove(file: string): void {
    this.post({ kind: "remove", file });
  }

  find(found: (files: string[]) => void): void {
    this.begin(
      (id) => ({ kind: "find", id }),
      (message) => {
        if (message.kind === "found") found(message.files);
      },
    );
  }

  private begin(first: (id: number) => OfCore, heard: (message: ToCore, end: () => void) => void): Cancel {
    const id = this.nextId++;
    this.waiting.set(id, (message) => heard(message, () => this.waiting.delete(id)));
    this.post(first(id));
    return () => {
      if (this.waiting.delete(id)) this.post({ kind: "cancel", id });
    };
  }

  private post(message: OfCore): void {
    this.port.postMessage(message);
  }
}

/** The end of the port where the files are. */
export function serveCore(files: SealedFiles, port: Port): void {
  const cancels = new Map<number, Cancel>();
  const post = (message: ToCore): void => port.postMessage(message);
  const answering = (id: number) => (done: number) => post({ kind: "progress", id, done });
  port.onmessage = ({ data }: MessageEvent<OfCore>) => {
    switch (data.kind) {
      case "send": {
        const { id, call } = data;
        const end = (message: ToCore): void => {
          cancels.delete(id);
          post(message);
        };
        const listener: SendListener = {
          progress: answering(id),
          answered: (answer) => end({ kind: "answered", id, answer }),
          missing: () => end({ kind: "missing", id }),
        };
        return void cancels.set(id, files.send(call, listener));
      }
      case "fetch": {
        const { id, wanted } = data;
        const ended: FetchListener["ended"] = (outcome, status) => {
          cancels.delete(id);
          post({ kind: "ended", id, outcome, status });
        };
        return void cancels.set(id, files.fetch(wanted, { progress: answering(id), ended }));
      }
      case "find":
        return files.find((found) => post({ kind: "found", id: data.id, files: found }));
      case "cancel":
        cancels.get(data.id)?.();
        cancels.delete(data.id);
        return;
      case "remove":
        return files.remove(data.file);
    }
  };
}
