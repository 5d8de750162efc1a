// SPDX-License-Identifier: AGPL-3.0-or-later

// The catalogue of texts against the sources: every text is used, with the values that it has places for.
import {
  isDateElement,
  isLiteralElement,
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
import { describe, expect, it } from "vitest";

import { LANGUAGE_TAGS } from "../view-models/language";

const web = fileURLToPath(new URL("..", import.meta.url));
const textsOf = (file: string) =>
  JSON.parse(readFileSync(path.join(web, "view-models/texts", file), "utf8")) as Record<string, string>;
/** Of what is in the page's first script; and of what only parts say that are fetched when they are shown. */
const first = textsOf("en.json");
const parts = textsOf("en.parts.json");
const catalogue = { ...first, ...parts };

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

function writtenIn(some: readonly ts.SourceFile[]): Set<string> {
  const written = new Set<string>();
  for (const source of some) walk(source, (node) => ts.isStringLiteralLike(node) && written.add(node.text));
  return written;
}

/** The sources that a source imports, but for what is fetched later and for types. */
function importsOf(source: ts.SourceFile): ts.SourceFile[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const onlyTypes = ts.isImportDeclaration(statement) ? statement.importClause?.isTypeOnly : statement.isTypeOnly;
    const from = statement.moduleSpecifier;
    if (onlyTypes === true || from === undefined || !ts.isStringLiteral(from)) return [];
    const file = path.join(path.dirname(source.fileName), from.text);
    return sources.filter(({ fileName }) => [`${file}.ts`, `${file}.tsx`, `${file}/index.ts`].includes(fileName));
  });
}

/** What the page's first script is made of. */
function firstSources(): ts.SourceFile[] {
  const found = new Set(sources.filter(({ fileName }) => fileName === path.join("app", "main.tsx")));
  for (const source of found) for (const each of importsOf(source)) found.add(each);
  return [...found];
}

it("every text of the catalogue is used", () => {
  const written = writtenIn(sources);
  expect(Object.keys(catalogue).filter((id) => !written.has(id))).toEqual([]);
});

it("what the page's first script says is in its own catalogue, and nothing else is", () => {
  const said = writtenIn(firstSources());
  expect(Object.keys(parts).filter((id) => said.has(id))).toEqual([]);
  expect(Object.keys(first).filter((id) => !said.has(id))).toEqual([]);
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

it.each([first, parts])("the catalogue is in the order of its ids", (texts) => {
  expect(Object.keys(texts)).toEqual(Object.keys(texts).sort());
});

it("no text is made before the language is known, and kept", () => {
  const kept: string[] = [];
  const isFunction = (node: ts.Node | undefined): boolean =>
    node !== undefined && (ts.isFunctionLike(node) || isFunction(node.parent));
  for (const source of sources)
    walk(source, (node) => {
      if (sayingOf(node) !== undefined && !isFunction(node)) kept.push(`${source.fileName}: ${node.getText()}`);
    });
  expect(kept).toEqual([]);
});

/** No place is for more: of as many, texts have these forms of the plural. */
const COUNTS = [...Array(201).keys(), 1000, 10_000, 99_999];

/** The plurals of a message: of which place, and which forms each has. */
function pluralsOf(elements: readonly MessageFormatElement[]): { of: string; forms: string[] }[] {
  return elements.flatMap((element) => {
    if (isTagElement(element)) return pluralsOf(element.children);
    if (!isPluralElement(element) && !isSelectElement(element)) return [];
    const inside = Object.values(element.options).flatMap(({ value }) => pluralsOf(value));
    return isPluralElement(element) ? [{ of: element.value, forms: Object.keys(element.options) }, ...inside] : inside;
  });
}
/** Words have forms there; with "other" alone it is only said of none that there is none. */
const hasForms = (forms: readonly string[]): boolean => forms.some((form) => /^[a-z]/.test(form) && form !== "other");

/** What a message has besides words: its places, its marks, and the choices between words. */
function shapeOf(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (isTagElement(element)) return [`<${element.value}>`, ...shapeOf(element.children)];
    if (isSelectElement(element))
      return [
        `{${element.value}: ${sorted(Object.keys(element.options)).join()}}`,
        ...Object.values(element.options).flatMap(({ value }) => shapeOf(value)),
      ];
    if (isPluralElement(element))
      return [`{${element.value}}`, ...Object.values(element.options).flatMap(({ value }) => shapeOf(value))];
    return placesOf([element]).map((place) => `{${place}}`);
  });
}

/** Texts that are the same in another language; those of signs and places alone are in all. */
const ALSO_ENGLISH: Readonly<Record<string, readonly string[]>> = {
  "names of people and programs, and letters": [
    "Aa",
    "Ana Ferreira",
    "Kith",
    "Browser",
    "Server: {server}",
    "Server",
    "HD",
  ],
  "what is written on keys": ["Alt", "Ctrl", "Delete", "Enter", "Esc", "Shift"],
  "words that languages have in common": [
    ...[
      "Admin",
      "Chats",
      "Contacts",
      "Description",
      "Document",
      "Documents",
      "Emoji",
      "Graphite",
      "Licence",
      "Link",
      "Message",
    ],
    ...[
      "Messages",
      "Name",
      "No",
      "Notifications",
      "online",
      "Orange",
      "Pause",
      "Photos",
      "Rose",
      "Videos",
      "Violet",
      "Zoom",
    ],
  ],
  "units that languages have in common": [catalogue["media.size"] ?? "", catalogue["time.minutes"] ?? ""],
};
const ALIKE = new Set(Object.values(ALSO_ENGLISH).flat());
const hasWords = (elements: readonly MessageFormatElement[]): boolean =>
  elements.some((element) => {
    if (isLiteralElement(element)) return /\p{L}/u.test(element.value);
    if (isTagElement(element)) return hasWords(element.children);
    if (!isPluralElement(element) && !isSelectElement(element)) return false;
    return Object.values(element.options).some(({ value }) => hasWords(value));
  });

const others = LANGUAGE_TAGS.filter((tag) => tag !== "en");

describe.each(others)("in %s", (tag) => {
  const rules = new Intl.PluralRules(tag);
  const wanted = sorted(COUNTS.map((count) => rules.select(count)));

  it.each(["json", "parts.json"])("%s has every text of the English one, and no others", (kind) => {
    const english = Object.keys(textsOf(`en.${kind}`));
    const own = Object.keys(textsOf(`${tag}.${kind}`));
    const lacking = english.filter((id) => !own.includes(id));
    const unknown = own.filter((id) => !english.includes(id));
    expect({ lacking, unknown }, `view-models/texts/${tag}.${kind}`).toEqual({ lacking: [], unknown: [] });
    expect(own).toEqual(english);
  });

  const texts = Object.entries({ ...textsOf(`${tag}.json`), ...textsOf(`${tag}.parts.json`) });
  const english = (id: string) => parse(catalogue[id] ?? "");

  it("every text has the places, the marks and the choices of the English one", () => {
    const shapes = (of: (id: string, text: string) => MessageFormatElement[]) =>
      Object.fromEntries(texts.map(([id, text]) => [id, sorted(shapeOf(of(id, text)))]));
    expect(shapes((_, text) => parse(text))).toEqual(shapes(english));
  });

  it(`every plural has the forms ${wanted.join()}`, () => {
    const wrong = texts.flatMap(([id, text]) => {
      const withForms = pluralsOf(english(id)).flatMap(({ of, forms }) => (hasForms(forms) ? [of] : []));
      return pluralsOf(parse(text))
        .filter(({ of, forms }) => withForms.includes(of) || hasForms(forms))
        .filter(({ forms }) =>
          COUNTS.some((count) => !forms.includes(`=${count}`) && !forms.includes(rules.select(count))),
        )
        .map(({ of, forms }) => `${id} has of ${of} only ${forms.join()}`);
    });
    expect(wrong).toEqual([]);
  });

  it("no text is the English one, but for those that are the same in both", () => {
    const same = texts.filter(([id, text]) => text === catalogue[id] && hasWords(parse(text)) && !ALIKE.has(text));
    expect(same).toEqual([]);
  });
});

it("no text is said to be as in English that is so in no language", () => {
  const same = others.flatMap((tag) =>
    Object.entries({ ...textsOf(`${tag}.json`), ...textsOf(`${tag}.parts.json`) })
      .filter(([id, text]) => text === catalogue[id])
      .map(([, text]) => text),
  );
  expect([...ALIKE].filter((text) => !same.includes(text))).toEqual([]);
});

it("the page's first script has no pictogram but those that it shows", () => {
  const some = firstSources();
  expect(some.map(({ fileName }) => path.basename(fileName))).not.toContain("part_icons.tsx");
  const names: string[] = [];
  const drawn = some.filter(({ fileName }) => path.basename(fileName) === "icons.tsx");
  for (const source of drawn)
    walk(source, (node) => {
      const isPath = ts.isPropertyAssignment(node) && ts.isStringLiteral(node.initializer);
      if (isPath && ts.isIdentifier(node.name)) names.push(node.name.text);
    });
  expect(names.length).toBeGreaterThan(20);
  const written = writtenIn(some);
  expect(names.filter((name) => !written.has(name))).toEqual([]);
});
