// SPDX-License-Identifier: AGPL-3.0-or-later

// Whose code of others is in the page, with each one's licence, which asks to go with it: dist/notices.txt, made of
// what is really bundled, and of what tools/build_wasm says of the module.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "vite";

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** Whoever gets the program is told where its source is. */
const ASKS_FOR_SOURCE = /\b(MPL|[AL]?GPL)-/;

/** The directory of the package that a module is from; "" for one's own and what the bundler makes. */
export function packageOf(module: string): string {
  const file = module.replace(/^\0/, "").replace(/\?.*$/, "");
  const [, directory = ""] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  return directory.startsWith("/") ? directory : "";
}

/** The comment that a file begins with. */
const headOf = (file: string): string =>
  (/^(?:\s*\/\/.*\n)+|^\s*\/\*[^]*?\*\//.exec(readFileSync(file, "utf8")) ?? [""])[0].trim();

/**
 * What is to be said of a package. One that comes without its licence as a file has what its modules begin with, and
 * the common text of the licence, by its name in `texts`; one without either has its licence there, by its own
 * name. Throws when there is none of that, or when the licence asks for a source and the package names none.
 */
export function noticeOf(directory: string, modules: readonly string[], texts: ReadonlyMap<string, string>): string {
  const { name, version, license, repository } = JSON.parse(
    readFileSync(path.join(directory, "package.json"), "utf8"),
  ) as {
    name: string;
    version: string;
    license?: string;
    repository?: { url?: string };
  };
  const files = readdirSync(directory).filter((file) => LICENCE_FILE.test(file));
  const parts = files.sort().map((file) => readFileSync(path.join(directory, file), "utf8"));
  const own = texts.get(name);
  if (parts.length === 0 && own !== undefined) parts.push(own);
  if (parts.length === 0) {
    const heads = modules.map(headOf).filter((head) => /copyright/i.test(head));
    const common = [...texts].filter(([licence]) => license?.includes(licence)).map(([, text]) => text);
    if (heads.length === 0 || common.length === 0) throw new Error(`${name} has no licence to be told`);
    parts.push(...new Set(heads), ...common);
  }
  if (ASKS_FOR_SOURCE.test(license ?? "")) {
    if (repository?.url === undefined) throw new Error(`${name} does not say where its source is`);
    parts.unshift(`Its source, of version ${version}: ${repository.url.replace(/^git\+/, "")}`);
  }
  return `---- ${name} ${version} (${license ?? "see below"})\n\n${parts.map((part) => part.trim()).join("\n\n")}\n`;
}

/** Gathers what is bundled: in the page by the first plugin, in its Workers by the second. */
export function notices(options: { dist: string; module: string; licences: Record<string, string> }): {
  page: Plugin;
  worker: Plugin;
} {
  const modulesOf = new Map<string, Set<string>>();
  const gather: Plugin["generateBundle"] = (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      for (const [module, { renderedLength }] of Object.entries(chunk.modules)) {
        const directory = packageOf(module);
        if (directory === "" || (renderedLength === 0 && !/\.css(\?|$)/.test(module))) continue;
        const modules = modulesOf.get(directory) ?? new Set();
        modulesOf.set(directory, modules.add(module.replace(/^\0/, "").replace(/\?.*$/, "")));
      }
    }
  };
  const write = () => {
    if (!existsSync(options.module)) throw new Error(`${options.module} is missing: tools/build_wasm makes it`);
    const texts = new Map(Object.entries(options.licences).map(([name, file]) => [name, readFileSync(file, "utf8")]));
    const parts = [...modulesOf].map(([directory, modules]) => noticeOf(directory, [...modules].sort(), texts));
    parts.push(readFileSync(options.module, "utf8"));
    const beginning =
      "Kith is made with the work of others. What of it runs in your browser, and under which licences:\n";
    writeFileSync(options.dist, [beginning, ...parts.sort()].join("\n"));
  };
  return {
    page: { name: "kith-notices", apply: "build", generateBundle: gather, closeBundle: write },
    worker: { name: "kith-notices-of-workers", apply: "build", generateBundle: gather },
  };
}
