// SPDX-License-Identifier: AGPL-3.0-or-later

// Entry of the dedicated Worker: the browser as profile_worker.ts needs it.
import { openOpfsFiles } from "./opfs_files";
import { CoreHost, type HostListener } from "./host";
import type { Core } from "./leader";
import type { FromWorker, OnChannel, ToWorker } from "./messages";
import { webNetwork } from "./network";
import { CannotStart, ProfileWorker, type WorkerEnvironment } from "./profile_worker";
import type { ProfileFiles } from "./files";
import { RemoteFiles } from "./remote_files";
import type { SealedFiles } from "./sealed_files";
import { compileFrom } from "./wasm_instance";
import { CoreModule, surroundings } from "./wasm_module";

/** What the DOM library declares for Workers only. */
interface WorkerScope {
  postMessage(message: FromWorker): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
  addEventListener(type: "online" | "offline", listener: () => void): void;
}
const scope = self as unknown as WorkerScope;

let worker: ProfileWorker | undefined;
const early: ToWorker[] = [];

scope.addEventListener("message", ({ data }) => {
  if (data.kind === "start") {
    start(data.profile, data.wasmUrl, data.media).catch((error: unknown) =>
      scope.postMessage({ kind: "failed", error: "load", detail: String(error) }),
    );
  } else if (worker !== undefined) {
    worker.fromPage(data);
  } else {
    early.push(data);
  }
});
scope.addEventListener("online", () => worker?.networkChanged(true));
scope.addEventListener("offline", () => worker?.networkChanged(false));

async function start(profile: string, wasmUrl: string, media: MessagePort): Promise<void> {
  const sealedFiles = new RemoteFiles(media);
  const lock = `kith/${profile}`;
  const tab = crypto.randomUUID();
  await holdForever(`${lock}/${tab}`);
  const channel = new BroadcastChannel(lock);
  let files: ProfileFiles | undefined;

  const environment: WorkerEnvironment = {
    tab,
    toPage: (message) => scope.postMessage(message),
    toTabs: (message) => channel.postMessage(message),
    lead: (run) => {
      void navigator.locks.request(lock, async () => {
        await run();
        files?.close();
        files = undefined;
      });
    },
    whenGone: (other, gone) => void navigator.locks.request(`${lock}/${other}`, gone),
    startCore: async (listener) => {
      files ??= await openOpfsFiles(profile).catch((error: unknown) => {
        throw new CannotStart("storage", String(error));
      });
      return startCore(wasmUrl, files, sealedFiles, listener);
    },
    monotonicMs: surroundings.monotonicMs,
  };
  worker = new ProfileWorker(environment);
  channel.addEventListener("message", ({ data }: MessageEvent<OnChannel>) => worker?.fromTabs(data));
  worker.start();
  for (const message of early.splice(0)) worker.fromPage(message);
}

async function startCore(
  wasmUrl: string,
  files: ProfileFiles,
  sealedFiles: SealedFiles,
  listener: HostListener,
): Promise<Core> {
  const compiled = await compileFrom(wasmUrl).catch((error: unknown) => {
    throw new CannotStart("load", String(error));
  });
  const module = await CoreModule.instantiate(compiled, files);
  const error = module.open();
  if (error !== undefined) throw new CannotStart(error, "the database can't be opened");
  return new CoreHost(module, webNetwork(WebSocket), sealedFiles, surroundings.monotonicMs, listener);
}

/** Takes a lock that nobody else wants but to learn when this Worker is gone. */
function holdForever(name: string): Promise<void> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return new Promise<never>(() => {});
    });
  });
}
