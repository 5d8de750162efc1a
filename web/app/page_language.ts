// SPDX-License-Identifier: AGPL-3.0-or-later

import { language, LANGUAGES } from "../view-models/language";
import { keptAs } from "./kept";

/** One for all profiles: what comes before one is opened is said in it, too. */
const kept = keptAs("kith-language");
const load = (): string => String(kept.load() ?? "");
const save = (chosen: string): void => kept.save(chosen === "" ? undefined : chosen);

function write(): void {
  const spoken = language.snapshot().language;
  document.documentElement.lang = spoken;
  document.documentElement.dir = LANGUAGES[spoken].direction;
}

/** The language of this browser, before anything is shown; the page says what it is in, and from where it is read. */
export async function startLanguage(): Promise<void> {
  language.subscribe(write);
  addEventListener("online", () => void language.tryAgain());
  addEventListener("focus", () => void language.tryAgain());
  await language.start({ load, save, wanted: () => navigator.languages });
  write();
}
