// SPDX-License-Identifier: AGPL-3.0-or-later

// The style sheets against the components: no class that nobody uses, no class of another module, nothing global but
// tokens and elements.
// That a component uses no class that its modules lack, the compiler says.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import postcss, { type Rule } from "postcss";
import { expect, it } from "vitest";

const ui = fileURLToPath(new URL("../ui", import.meta.url));
const files = (readdirSync(ui, { recursive: true }) as string[]).filter((name) => !name.startsWith("generated/"));
const read = (name: string) => readFileSync(path.join(ui, name), "utf8");
const sheets = files.filter((name) => name.endsWith(".css")).map((name) => ({ name, root: postcss.parse(read(name)) }));
const modules = sheets.filter(({ name }) => name.endsWith(".module.css"));
const sources = files.filter((name) => /\.tsx?$/.test(name) && !name.includes(".test.")).map(read);

const rulesOf = (sheet: (typeof sheets)[number]): Rule[] => {
  const rules: Rule[] = [];
  sheet.root.walkRules((rule) => {
    const inKeyframes =
      rule.parent?.type === "atrule" && /keyframes$/.test((rule.parent as { name?: string }).name ?? "");
    if (!inKeyframes) rules.push(rule);
  });
  return rules;
};
const classesIn = (selector: string) =>
  [...selector.matchAll(/\.(-?[A-Za-z_][\w-]*)/g)].map((match) => match[1] as string);

it("what is global names no class, and what is a module no element alone", () => {
  for (const sheet of sheets)
    for (const { selectors } of rulesOf(sheet))
      for (const selector of selectors)
        expect([sheet.name, selector, classesIn(selector).length > 0]).toEqual([
          sheet.name,
          selector,
          sheet.name.endsWith(".module.css"),
        ]);
});

it("no module reaches into another", () => {
  for (const { name, root } of modules)
    expect([name, /:global|:local|@value|composes:/.test(root.toString())]).toEqual([name, false]);
});

it("every class is used by a component", () => {
  const unused: string[] = [];
  for (const sheet of modules) {
    const importers = sources.filter((source) => source.includes(`/${path.basename(sheet.name)}"`));
    for (const name of new Set(rulesOf(sheet).flatMap(({ selectors }) => selectors.flatMap(classesIn)))) {
      const used = importers.some((source) => new RegExp(`\\.${name}\\b|"${name}"`).test(source));
      if (!used) unused.push(`${sheet.name}: ${name}`);
    }
  }
  expect(unused).toEqual([]);
});

it("every sheet with a layer says their order, and what several components put on the same elements lies in one", () => {
  for (const { name, root } of sheets) {
    const heads = root.nodes.flatMap((node) => (node.type === "atrule" && node.name === "layer" ? [node.params] : []));
    if (name.startsWith("parts/")) expect([name, root.nodes.filter(({ type }) => type === "rule")]).toEqual([name, []]);
    if (name.startsWith("parts/") || heads.length > 0) expect([name, heads[0]]).toEqual([name, "base, parts"]);
  }
});
