// SPDX-License-Identifier: AGPL-3.0-or-later

// The words of those parts of the page that are fetched when they are shown: they come with the first of them.
import { madeOnce } from "./core";
import { learn } from "./say";

/** Rejects when they can't be fetched; the next call tries again. */
export const learnPartTexts = madeOnce(async () => learn((await import("./texts/en.parts.json")).default));
