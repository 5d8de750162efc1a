// SPDX-License-Identifier: AGPL-3.0-or-later

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import { noticeOf, packageOf } from "../notices";

const COMMON = new Map([["Apache-2.0", "the text of Apache 2.0"]]);
let root: string;

function writePackage(files: Record<string, string>): string {
  const directory = mkdtempSync(path.join(root, "package-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return directory;
}
const about = (license: string) => JSON.stringify({ name: "one", version: "1.2.3", license });

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "kith-notices-"));
  mkdirSync(root, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  ["/kith/web/node_modules/react/index.js", "/kith/web/node_modules/react"],
  ["/kith/web/node_modules/@ariakit/react/esm/a.js?v=1", "/kith/web/node_modules/@ariakit/react"],
  ["\0/kith/web/node_modules/react/index.js?commonjs-module", "/kith/web/node_modules/react"],
  ["/kith/web/node_modules/a/node_modules/b/c.js", "/kith/web/node_modules/a/node_modules/b"],
  ["/kith/web/ui/app_root.tsx", ""],
  ["\0vite/preload-helper.js", ""],
])("the module %s is of the package %s", (module, directory) => expect(packageOf(module)).toBe(directory));

it("a package's notice has its name, its version and the files of its licence", () => {
  const directory = writePackage({ "package.json": about("MIT"), LICENSE: "as you like\n", NOTICE: "by One", a: "a" });
  expect(noticeOf(directory, [], COMMON)).toBe("---- one 1.2.3 (MIT)\n\nas you like\n\nby One\n");
});

it("one without such a file has what its modules begin with, once each, and the common text", () => {
  const files = { "a.js": "// Copyright One\n// of 2026\nx();", "b.js": "/* Copyright Two */ x();", "c.js": "x();" };
  const directory = writePackage({ "package.json": about("(Apache-2.0 AND BSD-3-Clause)"), ...files });
  const modules = ["a.js", "b.js", "a.js", "c.js"].map((file) => path.join(directory, file));
  expect(noticeOf(directory, modules, COMMON)).toBe(
    "---- one 1.2.3 ((Apache-2.0 AND BSD-3-Clause))\n\n" +
      "// Copyright One\n// of 2026\n\n/* Copyright Two */\n\nthe text of Apache 2.0\n",
  );
});

it.each(["MPL-2.0", "GPL-2.0-or-later", "LGPL-3.0"])("one under %s says where its source is", (license) => {
  const repository = { url: "git+https://example.org/one.git" };
  const packageJson = JSON.stringify({ name: "one", version: "1.2.3", license, repository });
  const directory = writePackage({ "package.json": packageJson, LICENSE: "share alike\n" });
  expect(noticeOf(directory, [], COMMON)).toBe(
    `---- one 1.2.3 (${license})\n\nIts source, of version 1.2.3: https://example.org/one.git\n\nshare alike\n`,
  );
  const silent = writePackage({ "package.json": about(license), LICENSE: "share alike\n" });
  expect(() => noticeOf(silent, [], COMMON)).toThrow("one does not say where its source is");
});

it("one of which there is nothing to tell ends the build", () => {
  const directory = writePackage({ "package.json": about("MIT"), "a.js": "x();" });
  expect(() => noticeOf(directory, [path.join(directory, "a.js")], COMMON)).toThrow("one has no licence to be told");
});

it("one that comes without its licence has it from here, by its own name", () => {
  const directory = writePackage({ "package.json": about("MIT"), "a.js": "x();" });
  const texts = new Map([...COMMON, ["one", "as one likes"]]);
  expect(noticeOf(directory, [path.join(directory, "a.js")], texts)).toBe("---- one 1.2.3 (MIT)\n\nas one likes\n");
});
