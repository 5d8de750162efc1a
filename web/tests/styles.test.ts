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
interface Source {
  name: string;
  text: string;
}
const sources: Source[] = files
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
  .map((name) => ({ name, text: read(name) }));

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

/** Whether a source uses a class of a module that it imports as `binding`: by its name, or by one that it works out. */
const uses = (source: string, binding: string, name: string): boolean =>
  new RegExp(`\\b${binding}\\.${name}\\b`).test(source) ||
  (new RegExp(`\\b${binding}\\[`).test(source) && source.includes(`"${name}"`));

/** What a source calls the module at `sheet`; undefined when it does not import it. */
const bindingIn = (source: Source, sheet: string): string | undefined =>
  [...source.text.matchAll(/^import (\w+) from "(\.[^"]*\.module\.css)";/gm)].find(
    ([, , from = ""]) => path.posix.join(path.posix.dirname(source.name), from) === sheet,
  )?.[1];

it("every class is used by a component", () => {
  const unused = modules.flatMap((sheet) => {
    const importers = sources.flatMap((source) => {
      const binding = bindingIn(source, sheet.name);
      return binding === undefined ? [] : [{ text: source.text, binding }];
    });
    const names = [...new Set(rulesOf(sheet).flatMap(({ selectors }) => selectors.flatMap(classesIn)))];
    return names
      .filter((name) => !importers.some(({ text, binding }) => uses(text, binding, name)))
      .map((name) => `${sheet.name}: ${name}`);
  });
  expect(unused).toEqual([]);
});

it("a class is not used by what only has its name", () => {
  const component = `className={styles.row} onClick={() => list.item(styles.rows, "words")} data-part="hint"`;
  for (const name of ["item", "words", "hint", "list"])
    expect([name, uses(component, "styles", name)]).toEqual([name, false]);
  for (const name of ["row", "rows"]) expect([name, uses(component, "styles", name)]).toEqual([name, true]);
  expect(uses(`styles[large ? "large" : "small"]`, "styles", "large")).toBe(true);
  expect(
    bindingIn({ name: "a/b.tsx", text: 'import rows from "../parts/rows.module.css";\n' }, "parts/rows.module.css"),
  ).toBe("rows");
});

it("every sheet with a layer says their order, and what several components put on an element lies in one", () => {
  for (const { name, root } of sheets) {
    const heads = root.nodes.flatMap((node) => (node.type === "atrule" && node.name === "layer" ? [node.params] : []));
    if (name.startsWith("parts/")) expect([name, root.nodes.filter(({ type }) => type === "rule")]).toEqual([name, []]);
    if (name.startsWith("parts/") || heads.length > 0) expect([name, heads[0]]).toEqual([name, "base, parts"]);
  }
});
