// SPDX-License-Identifier: AGPL-3.0-or-later

// A page that has a client core and nothing to look at: the tests call it.
import wasmUrl from "../../../build/wasm/kith_core.wasm?url";
import mediaWasmUrl from "../../../build/wasm/kith_media.wasm?url";
import { CoreClient, CoreFailure, MediaFailure, Media_State, type Message } from "../../core-client/client";

const client = await CoreClient.start({ profile: "main", wasmUrl, mediaWasmUrl });

const codeOf = (error: unknown): string =>
  error instanceof MediaFailure || error instanceof CoreFailure ? error.message : String(error);

async function register(server: string, handle: string): Promise<void> {
  const { code } = await client.call("requestCode", { server, handle });
  await client.call("register", { server, handle, code, name: "Page", deviceName: "Page" });
  await client.call("connect");
}

/** Numbered bytes, so that one in a wrong place shows. */
function numbered(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => at * 31 + Math.floor(at / 251));
}

async function sendFile(handle: string, size: number): Promise<string> {
  const file = await client.seal(new Blob([numbered(size)]));
  const about = { kind: 5, name: "file.bin", mimeType: "application/octet-stream", size: BigInt(size) };
  const { message } = await client.call("sendMessage", { handle, attachment: { file, about } });
  return message?.id ?? "";
}

async function message(id: string): Promise<Message> {
  return client.call("getMessage", { id });
}

async function stateOf(id: string): Promise<Media_State> {
  const { body } = await message(id);
  return body.case === "media" ? body.value.state : Media_State.kUnknown;
}

/** The newest message of the only conversation that has a file; "" when there is none. */
async function newestFile(): Promise<string> {
  for (const { id: conversation } of (await client.call("listConversations")).conversations) {
    const { messages } = await client.call("listMedia", { conversation });
    if (messages[0] !== undefined) return messages[0].id;
  }
  return "";
}

/** What is wrong with a message's file. */
async function wrongIn(id: string, size: number): Promise<string> {
  try {
    const bytes = await client.readMedia(id);
    if (bytes.length !== size) return `${bytes.length} bytes`;
    const right = numbered(size);
    const at = bytes.findIndex((byte, index) => byte !== right[index]);
    return at < 0 ? "nothing" : `byte ${at}`;
  } catch (error) {
    return codeOf(error);
  }
}

/** What a browser does that is short of room, or whose disk fails. */
async function harmFile(id: string, how: "lose" | "change"): Promise<void> {
  const { file } = await client.call("openMedia", { id });
  let folder = await navigator.storage.getDirectory();
  for (const step of ["kith", "main", "media", file.slice(0, 2)]) folder = await folder.getDirectoryHandle(step);
  if (how === "lose") return folder.removeEntry(file);
  const writable = await (await folder.getFileHandle(file)).createWritable({ keepExistingData: true });
  await writable.write({ type: "write", position: 100_000, data: new Uint8Array([1, 2, 3]) });
  await writable.close();
}

const clientTesting = { client, register, sendFile, message, stateOf, newestFile, wrongIn, harmFile };
export type ClientTesting = typeof clientTesting;
declare global {
  interface Window {
    clientTesting: ClientTesting;
  }
}
window.clientTesting = clientTesting;
