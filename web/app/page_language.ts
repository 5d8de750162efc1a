// SPDX-License-Identifier: AGPL-3.0-or-later

import { language, LANGUAGES } from "../view-models/language";

/** One for all profiles: what comes before one is opened is said in it, too. */
const KEY = "kith-language";

function load(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function save(chosen: string): void {
  try {
    if (chosen === "") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // Full or forbidden: then it holds until the page is closed.
  }
}

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
