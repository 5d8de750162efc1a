// SPDX-License-Identifier: AGPL-3.0-or-later

// The words of the app, by id: ICU messages from a catalogue (texts/en.json is the source of all others, with
// texts/en.parts.json, which has what only parts say that are fetched when they are shown). The build has parsed them:
// no parser is in the page. Said when they are shown, never kept in a constant: the catalogue may be another one by
// then.
import type { MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { IntlMessageFormat } from "intl-messageformat";

import english from "./texts/en.json";
import type parts from "./texts/en.parts.json";
import { ViewModel } from "./view_model";

export type TextId = keyof typeof english | keyof typeof parts;
/** A text that is nothing but words, or a message in its parts. */
export type CompiledText = string | MessageFormatElement[];
export type Catalogue = Readonly<Record<string, CompiledText>>;

/** Names, numbers and other texts that a message has places for. */
export type Values = Readonly<Record<string, string | number | bigint>>;
/** What stands for <name>…</name> in a message, and what it is made of. */
export type Marks<Part> = Readonly<Record<string, (words: (string | Part)[]) => Part>>;

class Spoken extends ViewModel<string> {
  constructor() {
    super("en");
  }

  readonly change = (locale: string): void => this.become(locale);
}
/** The language as BCP 47 has it, with a region where one is known: dates, numbers and orders are in it as well. */
export const spoken = new Spoken();

let catalogue: Catalogue = english;
/** A format is dear to make. As many as there are texts with places. */
const formats = new Map<string, IntlMessageFormat>();

/** Another catalogue from now on; what it lacks is said in English. */
export function speak(locale: string, texts: Catalogue): void {
  catalogue = texts;
  formats.clear();
  spoken.change(locale);
}

/** More words of the same language, to those that are here. */
export function learn(texts: Catalogue): void {
  catalogue = { ...texts, ...catalogue };
}

/** web/tests/catalogue.test.ts holds that nothing is said before its words are here. */
const compiledOf = (id: TextId): CompiledText => catalogue[id] ?? (english as Catalogue)[id] ?? id;

function formatOf(id: string, compiled: MessageFormatElement[]): IntlMessageFormat {
  let format = formats.get(id);
  if (format === undefined) formats.set(id, (format = new IntlMessageFormat(compiled, spoken.snapshot())));
  return format;
}

export function say(id: TextId, values?: Values): string {
  const compiled = compiledOf(id);
  return typeof compiled === "string" ? compiled : String(formatOf(id, compiled).format(values as never));
}

/** The same with marks in it, in pieces. */
export function sayInParts<Part>(id: TextId, marks: Marks<Part>, values?: Values): (string | Part)[] {
  const compiled = compiledOf(id);
  if (typeof compiled === "string") return [compiled];
  return [formatOf(id, compiled).format<Part>({ ...values, ...marks } as never)].flat() as (string | Part)[];
}
