// SPDX-License-Identifier: AGPL-3.0-or-later

// What another program has shared with this one, on its way from the service worker, which is given it, to the page.
// It lies in a cache of its own, under a random name that is in the page's address only, in the clear as all that the
// browser keeps of this app:
//
//   /share/NAME      what was shared, without its files, as JSON
//   /share/NAME/0    its files
//
// Bounded: SHARES_MAX at a time, the oldest goes; each of FILES_MAX files and BYTES_MAX bytes. What is more is not
// kept, and the page says so. Gone when it is taken, and an hour later: whatever looks here drops what is older.
import type { Shared, SharedPort } from "../view-models/share";

export const SHARED_CACHE = "kith-shared";
export const KEPT_MS = 3_600_000;
export const SHARES_MAX = 4;
export const FILES_MAX = 30;
export const BYTES_MAX = 512 * 1024 * 1024;
/** UTF-16 units of all words together; a message takes 64 KiB. */
export const WORDS_MAX = 65_536;

interface Kept {
  /** Milliseconds since 1970. */
  at: number;
  text: string;
  trouble: Shared["trouble"];
  files: readonly { name: string; type: string }[];
}

const NAME = /^[0-9a-f]{32}$/;
const pathOf = (name: string): string => `/share/${name}`;
const nameOf = ({ url }: Request): string => new URL(url).pathname.split("/")[2] ?? "";

const randomName = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const wordsIn = (form: FormData, field: string): string => {
  const value = form.get(field);
  return typeof value === "string" ? value.trim() : "";
};

/** One text of all words: an address that the text has already is not said twice, a title only where it is alone. */
function textOf(form: FormData): string {
  const text = wordsIn(form, "text");
  const url = wordsIn(form, "url");
  const all = [text, text.includes(url) ? "" : url].filter((words) => words !== "").join("\n");
  return (all === "" ? wordsIn(form, "title") : all).slice(0, WORDS_MAX);
}

async function keptAt(cache: Cache, name: string): Promise<Kept | undefined> {
  const response = await cache.match(pathOf(name));
  return response === undefined ? undefined : ((await response.json()) as Kept);
}

async function dropNamed(cache: Cache, isDropped: (name: string) => boolean): Promise<void> {
  const requests = await cache.keys();
  await Promise.all(requests.filter((each) => isDropped(nameOf(each))).map((each) => cache.delete(each)));
}

/** Whatever is older than an hour; of what is left not more than `room` shares. */
export async function dropOld(now: number, room = SHARES_MAX): Promise<void> {
  if (!(await caches.has(SHARED_CACHE))) return;
  const cache = await caches.open(SHARED_CACHE);
  const names = [...new Set((await cache.keys()).map(nameOf))];
  const kept = await Promise.all(names.map(async (name) => ({ name, at: (await keptAt(cache, name))?.at ?? 0 })));
  const left = kept
    .filter(({ at }) => now - at < KEPT_MS && at <= now)
    .sort((a, b) => b.at - a.at)
    .slice(0, Math.max(0, room));
  await dropNamed(cache, (name) => !left.some((each) => each.name === name));
}

/** Keeps what was shared: its name; "" when there is nothing in it. */
export async function keepShared(form: FormData, now: number): Promise<string> {
  const text = textOf(form);
  const files = form.getAll("files").filter((each): each is File => typeof each !== "string" && each.size > 0);
  if (text === "" && files.length === 0) return "";
  await dropOld(now, SHARES_MAX - 1);
  const name = randomName();
  const cache = await caches.open(SHARED_CACHE);
  const write = async (trouble: Kept["trouble"], taken: readonly File[]) => {
    for (const [at, file] of taken.entries()) await cache.put(`${pathOf(name)}/${at}`, new Response(file));
    const kept: Kept = { at: now, text, trouble, files: taken.map((file) => ({ name: file.name, type: file.type })) };
    await cache.put(pathOf(name), new Response(JSON.stringify(kept)));
  };
  if (files.length > FILES_MAX) await write("many", []);
  else if (files.reduce((sum, { size }) => sum + size, 0) > BYTES_MAX) await write("large", []);
  else
    await write("", files).catch(async () => {
      await dropNamed(cache, (each) => each === name); // the disk is full
      await write("noRoom", []);
    });
  return name;
}

/** What the page does with it. */
export const keptShared: SharedPort = {
  async read(name) {
    await dropOld(Date.now());
    if (!NAME.test(name) || !(await caches.has(SHARED_CACHE))) return undefined;
    const cache = await caches.open(SHARED_CACHE);
    const kept = await keptAt(cache, name);
    if (kept === undefined) return undefined;
    const files = await Promise.all(
      kept.files.map(async ({ name: called, type }, at) => {
        const response = await cache.match(`${pathOf(name)}/${at}`);
        return new File([(await response?.blob()) ?? new Blob()], called, { type });
      }),
    );
    return { text: kept.text, trouble: kept.trouble, files };
  },
  async drop(name) {
    if (!(await caches.has(SHARED_CACHE))) return;
    await dropNamed(await caches.open(SHARED_CACHE), (each) => each === name);
  },
  async dropAll() {
    await caches.delete(SHARED_CACHE);
  },
};
