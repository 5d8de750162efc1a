// SPDX-License-Identifier: AGPL-3.0-or-later

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import {
  isArgumentElement,
  isLiteralElement,
  isPluralElement,
  isSelectElement,
  isTagElement,
  parse,
  TYPE,
  type MessageFormatElement,
} from "@formatjs/icu-messageformat-parser";
import { defineConfig } from "vitest/config";
import { build, type Plugin, type Rollup } from "vite";

import { notices } from "./notices";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A script of over a megabyte that is imported on demand, and the Workers that make videos and draw PDFs. */
const isForFew = (output: Rollup.OutputChunk | Rollup.OutputAsset): boolean =>
  output.type === "chunk"
    ? output.isDynamicEntry && output.code.length > 1_000_000
    : /(^|\/)((video|ffmpeg|pdf)_worker-[^/]*\.js|ffmpeg_core-[^/]*\.bin)$/.test(output.fileName);

/** A script in one piece, with what it imports, for where none can be imported. */
async function onePiece(entry: string, define: Record<string, string> = {}): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    define,
    build: { write: false, target: "es2022", lib: { entry: here(entry), formats: ["iife"], name: "kith" } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error(`${entry} was not built`);
  return output.output[0].code;
}

/** Not every browser takes a service worker that imports. */
const serviceWorkerCode = (version: string, files: readonly string[]): Promise<string> =>
  onePiece("app/service_worker.ts", { __VERSION__: JSON.stringify(version), __FILES__: JSON.stringify(files) });

/**
 * Has the page wait for app/first_paint.ts before it is painted: a module would come too late, and the page's policy
 * allows no script in it.
 */
function firstPaint(): Plugin {
  const fromSources = "/first_paint.js";
  let emitted = "";
  return {
    name: "kith-first-paint",
    configureServer(server) {
      let code: Promise<string> | undefined;
      server.middlewares.use(fromSources, (_, response, next) => {
        (code ??= onePiece("app/first_paint.ts")).then((text) => {
          response.setHeader("content-type", "text/javascript");
          response.end(text);
        }, next);
      });
    },
    async buildStart() {
      if (this.meta.watchMode || this.environment?.mode !== "build") return;
      emitted = this.emitFile({
        type: "asset",
        name: "first_paint.js",
        source: await onePiece("app/first_paint.ts"),
      });
    },
    generateBundle() {
      if (emitted !== "") emitted = `/${this.getFileName(emitted)}`;
    },
    transformIndexHtml: {
      order: "post",
      handler: () => [{ tag: "script", attrs: { src: emitted === "" ? fromSources : emitted }, injectTo: "head" }],
    },
  };
}

/**
 * Writes sw.js: app/service_worker.ts with the list of the app's files, so that the page opens when the server is away.
 * A server of the sources has it too, with an empty list; no page registers it there by itself.
 */
function serviceWorker(): Plugin {
  return {
    name: "kith-service-worker",
    enforce: "post",
    configureServer(server) {
      server.middlewares.use("/sw.js", (_, response, next) => {
        serviceWorkerCode("sources", []).then((code) => {
          response.setHeader("content-type", "text/javascript");
          response.end(code);
        }, next);
      });
    },
    async generateBundle(_, bundle) {
      // Fonts, and scripts that only some files need, are fetched when they are needed: most never are.
      const built = Object.entries(bundle)
        .filter(([name, output]) => !name.endsWith(".woff2") && name !== "index.html" && !isForFew(output))
        .map(([name]) => name);
      const files = ["/", ...[...built, ...readdirSync(here("public"))].map((name) => `/${name}`)].sort();
      const version = createHash("sha256")
        .update(JSON.stringify(files))
        .update(JSON.stringify(bundle["index.html"] ?? ""))
        .digest("hex")
        .slice(0, 16);
      this.emitFile({ type: "asset", fileName: "sw.js", source: await serviceWorkerCode(version, files) });
    },
  };
}

/** Writes FILE.br and FILE.gz beside what they make smaller: the server sends those. */
function compressed(): Plugin {
  const words = /\.(js|css|html|wasm|svg|webmanifest)$/;
  return {
    name: "kith-compressed",
    apply: "build",
    closeBundle() {
      const dist = here("dist");
      for (const name of readdirSync(dist, { recursive: true }) as string[]) {
        if (!words.test(name)) continue;
        const file = path.join(dist, name);
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(bytes, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
          }),
        );
      }
    },
  };
}

const root = here("..");
const isRepository = spawnSync("git", ["-C", root, "rev-parse", "--verify", "HEAD"]).status === 0;

/**
 * Writes the licence, and, from a repository, the source as it is committed: whoever uses Kith over a network is
 * offered both (AGPL, section 13). The server's /source leads there, unless it is told of another place.
 */
function sources(): Plugin {
  return {
    name: "kith-sources",
    apply: "build",
    closeBundle() {
      copyFileSync(path.join(root, "LICENSE"), here("dist/licence.txt"));
      if (!isRepository) return;
      const options = ["-C", root, "archive", "--format=tar.gz", "--prefix=kith/", "-o", here("dist/source.tar.gz")];
      const { status, stderr } = spawnSync("git", [...options, "HEAD", ":!fuzz/corpus"]);
      if (status !== 0) throw new Error(`git archive: ${String(stderr)}`);
    },
  };
}

/** Bytes after gzip, as they are fetched: what has no place in it is fetched when it is shown (ui/on_demand.tsx). */
const FIRST_SCRIPT_GZIP_MAX = 190_000;

/** The page's first script stays small: all that is seen at every start is in it, and little else. */
function firstScript(): Plugin {
  return {
    name: "kith-first-script",
    apply: "build",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk" || !chunk.isEntry) continue;
        const bytes = gzipSync(chunk.code, { level: 9 }).length;
        if (bytes > FIRST_SCRIPT_GZIP_MAX)
          this.error(
            `${chunk.fileName} has ${bytes} bytes after gzip, at most ${FIRST_SCRIPT_GZIP_MAX}: ` +
              "fetch more of it when it is shown",
          );
      }
    },
  };
}

const PARSER = "@formatjs/icu-messageformat-parser";

/** Addresses stand alone in a text that is copied elsewhere, without signs that nobody sees. */
const NOT_ISOLATED = ["server", "link"];
const literal = (value: string): MessageFormatElement => ({ type: TYPE.literal, value });

/**
 * What people have written has its own direction, and a phone number keeps the order of its groups: in a language that
 * is read from the right, each place for words is isolated from those around it.
 */
const isolated = (elements: MessageFormatElement[]): MessageFormatElement[] =>
  elements.flatMap((element) => {
    if (isArgumentElement(element) && !NOT_ISOLATED.includes(element.value))
      return [literal("\u2068"), element, literal("\u2069")];
    if (isTagElement(element)) return [{ ...element, children: isolated(element.children) }];
    if (!isPluralElement(element) && !isSelectElement(element)) return [element];
    const options = Object.entries(element.options).map(([key, option]) => [
      key,
      { ...option, value: isolated(option.value) },
    ]);
    return [{ ...element, options: Object.fromEntries(options) } as MessageFormatElement];
  });

/** Parses the catalogues of texts: no parser of ICU messages is in the page. A text without places stays one. */
function texts(): Plugin {
  return {
    name: "kith-texts",
    enforce: "pre",
    transform(code, id) {
      const [, language = ""] = /\/view-models\/texts\/([a-z-]+)\.(parts\.)?json$/i.exec(id) ?? [];
      if (language === "") return undefined;
      const compiled = Object.entries(JSON.parse(code) as Record<string, string>).map(([name, text]) => {
        const elements = language === "ar" ? isolated(parse(text)) : parse(text);
        return [name, elements.every(isLiteralElement) ? elements.map(({ value }) => value).join("") : elements];
      });
      return { code: JSON.stringify(Object.fromEntries(compiled)), map: null };
    },
  };
}

/** The package's own module, of 32 MB: it is not in the app, which has it packed (tools/make_ffmpeg_core.mjs). */
const FFMPEG_MODULE = /new URL\("ffmpeg-core\.wasm", ?import\.meta\.url\)\.href/;

function ffmpegPacked(): Plugin {
  return {
    name: "kith-ffmpeg-packed",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("/@ffmpeg/core/")) return undefined;
      if (!FFMPEG_MODULE.test(code)) this.error("@ffmpeg/core names its module in another way");
      return { code: code.replace(FFMPEG_MODULE, '""'), map: null };
    },
  };
}

const othersCode = notices({
  dist: here("dist/notices.txt"),
  module: here("../build/wasm/notices.txt"),
  licences: {
    "Apache-2.0": here("../tools/licences/apache-2.0.txt"),
    "@ffmpeg/core": here("../tools/licences/gpl-2.0.txt"),
    thumbhash: here("../tools/licences/thumbhash.txt"),
  },
});

const kithd = process.env.KITH_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: here("."),
  plugins: [texts(), firstPaint(), firstScript(), serviceWorker(), compressed(), sources(), othersCode.page],
  // What is parsed already needs no parser; tests have one, for texts of their own.
  resolve: { alias: process.env.VITEST === undefined ? { [PARSER]: `${PARSER}/no-parser.js` } : {} },
  build: {
    target: "es2022",
    outDir: "dist",
    assetsInlineLimit: 0, // the page's policy allows no data: addresses
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: Infinity, // firstScript() holds the one that counts
    rollupOptions: {
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning); // "use client": nothing here runs on a server
      },
    },
  },
  worker: { format: "es", plugins: () => [ffmpegPacked(), othersCode.worker] },
  // For a page that runs from the sources. None is looked for: one that is found when its part is first shown would be
  // packed with all others anew, and come with a second React into the page.
  optimizeDeps: {
    noDiscovery: true,
    include: [
      ...["react", "react/jsx-runtime", "react/jsx-dev-runtime", "react-dom", "react-dom/client", "react-easy-crop"],
      ...["menu", "popover", "select"].map((part) => `@ariakit/react/${part}`),
      ...["", "/codegenv2", "/wire"].map((part) => `@bufbuild/protobuf${part}`),
      ...[
        "intl-messageformat",
        "linkify-it",
        "perfect-freehand",
        "qr/decode.js",
        "uqr",
        "thumbhash",
        "heic-to/csp",
        "htmlparser2",
        "mediabunny",
      ],
    ],
  },
  server: { proxy: { "/v1": { target: kithd, ws: true }, "/source": kithd }, fs: { allow: [here("..")] } },
  test: {
    setupFiles: ["view-models/testing/all_texts.ts"],
    maxWorkers: "100%", // by itself it leaves a core idle
    testTimeout: 30_000, // for a machine that does other things as well
    include: [
      "core-client/**/*.test.ts",
      "app/**/*.test.ts",
      "media/**/*.test.ts",
      "view-models/**/*.test.ts",
      "ui/**/*.test.{ts,tsx}",
      "tests/**/*.test.ts",
    ],
  },
});
