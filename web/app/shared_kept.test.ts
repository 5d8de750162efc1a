// SPDX-License-Identifier: AGPL-3.0-or-later

// What was shared, from the service worker to the page, in caches made of what is used of them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, vi } from "vitest";

import {
  BYTES_MAX,
  dropOld,
  FILES_MAX,
  KEPT_MS,
  keepShared,
  keptShared,
  SHARED_CACHE,
  SHARES_MAX,
  WORDS_MAX,
} from "./shared_kept";
import { answerShare, SHARE_PATH } from "./share_target";

const ORIGIN = "https://kith.example";
const NOW = Date.UTC(2026, 10, 30);

class FakeCache {
  readonly kept = new Map<string, Blob>();
  full = false;
  async put(path: string, response: Response): Promise<void> {
    if (this.full && /\/\d+$/.test(path)) throw new DOMException("no room", "QuotaExceededError");
    this.kept.set(path, await response.blob());
  }
  async match(path: string): Promise<Response | undefined> {
    const blob = this.kept.get(path);
    return blob === undefined ? undefined : new Response(blob);
  }
  async keys(): Promise<Request[]> {
    return [...this.kept.keys()].map((path) => new Request(ORIGIN + path));
  }
  async delete({ url }: Request): Promise<boolean> {
    return this.kept.delete(new URL(url).pathname);
  }
}

let cache: FakeCache | undefined;

beforeEach(() => {
  cache = undefined;
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  vi.stubGlobal("caches", {
    has: async () => cache !== undefined,
    open: async () => (cache ??= new FakeCache()),
    delete: async (name: string) => {
      expect(name).toBe(SHARED_CACHE);
      cache = undefined;
    },
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

function formOf(words: Record<string, string>, ...files: File[]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(words)) form.set(name, value);
  for (const file of files) form.append("files", file);
  return form;
}
const file = (name: string, text = "bytes") => new File([text], name, { type: "text/plain" });
const keep = (form: FormData) => keepShared(form, Date.now());

describe("what was shared", () => {
  it("is there under its name, as it was, until it is dropped", async () => {
    const name = await keep(formOf({ text: "Look" }, file("a.txt", "one"), file("b.txt", "two")));
    expect(name).toMatch(/^[0-9a-f]{32}$/);
    const read = await keptShared.read(name);
    expect(read).toMatchObject({ text: "Look", trouble: "" });
    expect(read?.files.map((each) => [each.name, each.type])).toEqual([
      ["a.txt", "text/plain"],
      ["b.txt", "text/plain"],
    ]);
    expect(await Promise.all((read?.files ?? []).map((each) => each.text()))).toEqual(["one", "two"]);
    await keptShared.drop(name);
    expect(await keptShared.read(name)).toBeUndefined();
    expect(cache?.kept.size).toBe(0);
  });

  it("is one text: an address that is in it is not said twice, a title only where it is alone", async () => {
    const textOf = async (words: Record<string, string>) => (await keptShared.read(await keep(formOf(words))))?.text;
    expect(await textOf({ title: "T", text: "Read", url: "https://a.example" })).toBe("Read\nhttps://a.example");
    expect(await textOf({ title: "T", text: "Read https://a.example", url: "https://a.example" })).toBe(
      "Read https://a.example",
    );
    expect(await textOf({ title: "T", url: "https://a.example" })).toBe("https://a.example");
    expect(await textOf({ title: "T" })).toBe("T");
    expect((await textOf({ text: "x".repeat(WORDS_MAX + 1) }))?.length).toBe(WORDS_MAX);
  });

  it("that is nothing is not kept", async () => {
    expect(await keep(formOf({ text: "  " }, new File([], "empty")))).toBe("");
    expect(cache).toBeUndefined();
  });

  it("is gone after an hour, also when nobody comes for it by its name, and when the clock went back", async () => {
    const name = await keep(formOf({ text: "old" }, file("a.txt")));
    await dropOld(NOW + KEPT_MS - 1);
    expect(cache?.kept.size).toBe(2);
    vi.setSystemTime(NOW + KEPT_MS);
    expect(await keptShared.read(name)).toBeUndefined();
    expect(cache?.kept.size).toBe(0);
    await keep(formOf({ text: "from the future" }));
    await dropOld(NOW);
    expect(cache?.kept.size).toBe(0);
  });

  it("is bounded: in how often, the oldest goes; in files and bytes, which the page says", async () => {
    const names: string[] = [];
    for (let at = 0; at <= SHARES_MAX; ++at) {
      vi.setSystemTime(NOW + at);
      names.push(await keep(formOf({ text: `${at}` })));
    }
    const read = await Promise.all(names.map((name) => keptShared.read(name)));
    expect(read.map((each) => each?.text)).toEqual([undefined, "1", "2", "3", "4"]);

    const many = await keep(formOf({}, ...Array.from({ length: FILES_MAX + 1 }, (_, at) => file(`${at}`))));
    expect(await keptShared.read(many)).toEqual({ text: "", trouble: "many", files: [] });
    const large = file("film.mp4");
    const form = formOf({ text: "with words" }, large);
    const [held] = form.getAll("files");
    Object.defineProperty(held, "size", { value: BYTES_MAX + 1 });
    vi.spyOn(form, "getAll").mockReturnValue([held as File]);
    expect(await keptShared.read(await keep(form))).toEqual({ text: "with words", trouble: "large", files: [] });
    await keptShared.dropAll();
    expect(cache).toBeUndefined();
  });

  it("for which there is no room leaves nothing of its files behind", async () => {
    const full = (cache = new FakeCache());
    full.full = true;
    const name = await keep(formOf({ text: "words" }, file("a.txt")));
    expect(await keptShared.read(name)).toEqual({ text: "words", trouble: "noRoom", files: [] });
    expect([...full.kept.keys()]).toEqual([`/share/${name}`]);
  });

  it("is read by nothing but a name", async () => {
    await keep(formOf({ text: "secret" }));
    for (const name of ["", "..", "../share", "x".repeat(32), `${"a".repeat(32)}/0`])
      expect(await keptShared.read(name)).toBeUndefined();
  });
});

describe("a POST to the address of shares", () => {
  const post = async (fields: Partial<Record<"mode" | "destination" | "origin" | "site", string>> = {}) => {
    const { mode = "navigate", destination = "document", origin, site } = fields;
    const headers = new Headers();
    if (origin !== undefined) headers.set("origin", origin);
    if (site !== undefined) headers.set("sec-fetch-site", site);
    const request = { mode, destination, headers, formData: async () => formOf({ text: "hello" }) };
    const answer = await answerShare(request as unknown as Request, ORIGIN);
    expect(answer.status).toBe(303);
    return answer.headers.get("location") ?? "";
  };

  it("of the browser's own is kept, and leads to where one chooses whom it is for", async () => {
    for (const origin of [undefined, "null", ORIGIN]) {
      const address = await post(origin === undefined ? {} : { origin });
      expect(address).toMatch(/^\/#\/share\/[0-9a-f]{32}$/);
      expect((await keptShared.read(address.slice(-32)))?.text).toBe("hello");
    }
  });

  it.each([
    { origin: "https://evil.example" },
    { origin: `${ORIGIN}.evil.example` },
    { site: "cross-site" },
    { site: "same-site" },
    { destination: "iframe" },
    { mode: "no-cors", destination: "" },
    { mode: "same-origin", destination: "" },
  ])("of somebody else's page, or into a frame, is not kept: %o", async (fields) => {
    expect(await post(fields)).toBe("/");
    expect(cache).toBeUndefined();
  });

  it("that is no form says that nothing came through", async () => {
    const headers = new Headers();
    const request = { mode: "navigate", destination: "document", headers, formData: () => Promise.reject(new Error()) };
    const answer = await answerShare(request as unknown as Request, ORIGIN);
    expect(answer.headers.get("location")).toBe("/#/share");
  });
});

describe("the manifest", () => {
  const folder = fileURLToPath(new URL("../public/", import.meta.url));
  const manifest = JSON.parse(readFileSync(`${folder}manifest.webmanifest`, "utf8")) as Record<string, never>;

  it("has what an installed app needs, and is named by the page", () => {
    expect(manifest).toMatchObject({ id: "/", start_url: "/", scope: "/", display: "standalone" });
    for (const word of ["name", "short_name", "description"]) expect(manifest[word]).toMatch(/\S/);
    for (const colour of ["background_color", "theme_color"]) expect(manifest[colour]).toMatch(/^#[0-9a-f]{6}$/);
    const page = readFileSync(`${folder}../index.html`, "utf8");
    expect(page).toMatch(/<link rel="manifest" href="\/manifest\.webmanifest"/);
  });

  it("names icons that are there, of the size that it says, with one that may be cut to a circle", () => {
    const icons = manifest.icons as unknown as readonly {
      src: string;
      sizes: string;
      type: string;
      purpose?: string;
    }[];
    for (const { src, sizes, type } of icons) {
      const bytes = readFileSync(folder + src.slice(1));
      if (type === "image/svg+xml") {
        expect(sizes).toBe("any");
        expect(bytes.toString()).toContain("<svg");
        continue;
      }
      expect(type).toBe("image/png");
      expect(bytes.subarray(1, 4).toString()).toBe("PNG");
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
    const pngs = icons.filter(({ type }) => type === "image/png");
    expect(pngs.some(({ sizes, purpose }) => sizes === "192x192" && purpose === undefined)).toBe(true);
    expect(pngs.some(({ sizes, purpose }) => sizes === "512x512" && purpose === undefined)).toBe(true);
    expect(pngs.some(({ purpose }) => purpose === "maskable")).toBe(true);
  });

  it("says where shares go, with the names by which the worker reads them", () => {
    expect(manifest.share_target).toEqual({
      action: SHARE_PATH,
      method: "POST",
      enctype: "multipart/form-data",
      params: { title: "title", text: "text", url: "url", files: [{ name: "files", accept: ["*/*"] }] },
    });
  });
});
