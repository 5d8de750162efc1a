// SPDX-License-Identifier: AGPL-3.0-or-later

// The catalogue of texts against the sources: every text is used, with the values that it has places for.
import {
  isDateElement,
  isNumberElement,
  isPluralElement,
  isSelectElement,
  isTimeElement,
  isArgumentElement,
  isTagElement,
  parse,
  type MessageFormatElement,
} from "@formatjs/icu-messageformat-parser";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const web = fileURLToPath(new URL("..", import.meta.url));
const catalogue = JSON.parse(readFileSync(path.join(web, "view-models/texts/en.json"), "utf8")) as Record<
  string,
  string
>;

const sources = ["view-models", "ui", "app"].flatMap((folder) =>
  (readdirSync(path.join(web, folder), { recursive: true }) as string[])
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.includes("testing/"))
    .map((name) => {
      const file = path.join(folder, name);
      return ts.createSourceFile(file, readFileSync(path.join(web, file), "utf8"), ts.ScriptTarget.Latest, true);
    }),
);

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The names of the places in a message; marks are none. */
function placesOf(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (isTagElement(element)) return placesOf(element.children);
    if (isPluralElement(element) || isSelectElement(element))
      return [element.value, ...Object.values(element.options).flatMap(({ value }) => placesOf(value))];
    return isArgumentElement(element) || isNumberElement(element) || isDateElement(element) || isTimeElement(element)
      ? [element.value]
      : [];
  });
}
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** The keys of an object literal; [] for none; undefined when they can't be told. */
function keysOf(values: ts.Expression | undefined): string[] | undefined {
  if (values === undefined) return [];
  if (!ts.isObjectLiteralExpression(values)) return undefined;
  return values.properties.map((each) => each.name?.getText() ?? "…");
}

/** The id and the values of say("id", { … }) and <Words id="id" values={{ … }} />. */
function sayingOf(node: ts.Node): { id: string; keys: string[] | undefined } | undefined {
  if (ts.isCallExpression(node) && node.expression.getText() === "say") {
    const [id, values] = node.arguments;
    return id !== undefined && ts.isStringLiteral(id) ? { id: id.text, keys: keysOf(values) } : undefined;
  }
  if (!ts.isJsxSelfClosingElement(node) || node.tagName.getText() !== "Words") return undefined;
  const attributes = new Map(
    node.attributes.properties.filter(ts.isJsxAttribute).map((each) => [each.name.getText(), each.initializer]),
  );
  const id = attributes.get("id");
  const values = attributes.get("values");
  const given = values !== undefined && ts.isJsxExpression(values) ? values.expression : undefined;
  return id !== undefined && ts.isStringLiteral(id) ? { id: id.text, keys: keysOf(given) } : undefined;
}

it("every text of the catalogue is used", () => {
  const written = new Set<string>();
  for (const source of sources) walk(source, (node) => ts.isStringLiteralLike(node) && written.add(node.text));
  expect(Object.keys(catalogue).filter((id) => !written.has(id))).toEqual([]);
});

it("every text gets the values that it has places for, and no others", () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const source of sources) {
    walk(source, (node) => {
      const saying = sayingOf(node);
      if (saying?.keys === undefined) return;
      ++checked;
      const places = sorted(placesOf(parse(catalogue[saying.id] ?? "")));
      if (String(sorted(saying.keys)) !== String(places))
        wrong.push(`${source.fileName}: ${saying.id} has places for ${places}`);
    });
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(200);
});

it("the catalogue is in the order of its ids", () => {
  expect(Object.keys(catalogue)).toEqual(Object.keys(catalogue).sort());
});
