// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes web/core-client/generated/limits.ts of base/limits.h: every constant there, by the name that TypeScript gives
// it (kTextBytesMax is TEXT_BYTES_MAX). Run by `npm run generate`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "web/core-client/generated/limits.ts");
const CONSTANT = /^inline constexpr (\S+) k(\w+) = ([^;]+);$/gm;

const typescriptName = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
const known = new Map();

/** Numbers, +, -, *, <<, brackets, constants from before; whatever else is in the file stops the build. */
function valueOf(expression) {
  const plain = expression
    .replace(/\b(?:u?int\d+|size)_t\{(\d+)\}/g, "$1")
    .replace(/(?<=\d)'(?=\d)/g, "")
    .replace(/\bk\w+/g, (name) => {
      if (!known.has(name)) throw new Error(`${name} is not known in "${expression}"`);
      return String(known.get(name));
    });
  if (!/^[\d\s+\-*<()]+$/.test(plain)) throw new Error(`not understood: "${expression}"`);
  return Function(`"use strict"; return ${plain.replace(/\d+/g, "$&n")};`)();
}

const header = readFileSync(join(root, "base/limits.h"), "utf8");
const lines = [...header.matchAll(CONSTANT)].map(([, , name, expression]) => {
  const value = valueOf(expression);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`k${name} is no whole number in JavaScript`);
  known.set(`k${name}`, value);
  return `export const ${typescriptName(name)} = ${value};`;
});
if (lines.length !== (header.match(/^inline constexpr/gm) ?? []).length)
  throw new Error("a constant was not understood");

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `// Made of base/limits.h by tools/make_limits.mjs.\n${lines.join("\n")}\n`);
