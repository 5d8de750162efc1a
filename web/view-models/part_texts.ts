// SPDX-License-Identifier: AGPL-3.0-or-later

// The words of those parts of the page that are fetched when they are shown: they come with the first of them.
import { learn } from "./say";

let learnt: Promise<void> | undefined;

/** Rejects when they can't be fetched; the next call tries again. */
export function learnPartTexts(): Promise<void> {
  learnt ??= import("./texts/en.parts.json").then(({ default: texts }) => learn(texts));
  learnt.catch(() => (learnt = undefined));
  return learnt;
}
