// SPDX-License-Identifier: AGPL-3.0-or-later

// Which language the app speaks: what was chosen in the settings, else the first that the browser wants and there is,
// else English. The words of the others are fetched; as long as they can't be had it speaks the one before, at the
// start English, and tries again.
import { learn, speak, type Catalogue } from "./say";
import english from "./texts/en.json";
import { ViewModel } from "./view_model";

export interface Words {
  /** The language in itself. */
  name: string;
  direction: "ltr" | "rtl";
  /** Of dates and numbers, when the browser doesn't want the language of a region. */
  locale?: string;
  texts: () => Promise<{ default: Catalogue }>;
  /** Of those parts of the page that are fetched when they are shown. */
  parts: () => Promise<{ default: Catalogue }>;
}

/** By their tags (BCP 47), in the order of their names. */
export const LANGUAGES = {
  de: {
    name: "Deutsch",
    direction: "ltr",
    texts: () => import("./texts/de.json"),
    parts: () => import("./texts/de.parts.json"),
  },
  en: {
    name: "English",
    direction: "ltr",
    texts: () => Promise.resolve({ default: english }),
    parts: () => import("./texts/en.parts.json"),
  },
  es: {
    name: "Español",
    direction: "ltr",
    texts: () => import("./texts/es.json"),
    parts: () => import("./texts/es.parts.json"),
  },
  fr: {
    name: "Français",
    direction: "ltr",
    texts: () => import("./texts/fr.json"),
    parts: () => import("./texts/fr.parts.json"),
  },
  "pt-BR": {
    name: "Português (Brasil)",
    direction: "ltr",
    texts: () => import("./texts/pt-BR.json"),
    parts: () => import("./texts/pt-BR.parts.json"),
  },
  ar: {
    name: "العربية",
    direction: "rtl",
    locale: "ar-u-nu-arab",
    texts: () => import("./texts/ar.json"),
    parts: () => import("./texts/ar.parts.json"),
  },
} as const satisfies Record<string, Words>;

export type Language = keyof typeof LANGUAGES;
export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as Language[];

/** Where the choice is kept, and what the browser wants. */
export interface LanguagePort {
  /** What was chosen; "" for nothing. */
  load(): string;
  save(language: Language | ""): void;
  /** Tags of languages, the best first. */
  wanted(): readonly string[];
}

const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);
const bare = (tag: string): string => (tag.split("-")[0] ?? "").toLowerCase();

/** What there is for the tag: "de" for "de-AT"; undefined for a language that there is not. */
const matching = (tag: string): Language | undefined => LANGUAGE_TAGS.find((each) => bare(each) === bare(tag));

/** The first of those wanted that there is, else English. */
export const bestOf = (wanted: readonly string[]): Language =>
  wanted.map(matching).find((language) => language !== undefined) ?? "en";

const localeAlone = (language: Language): string => (LANGUAGES[language] as Words).locale ?? language;

/** As the browser writes dates and numbers of this language: those of Austria are not those of Germany. */
const localeOf = (language: Language, wanted: readonly string[]): string =>
  wanted.find((tag) => matching(tag) === language && tag.includes("-")) ?? localeAlone(language);

export interface LanguageSnapshot {
  /** What the app speaks. */
  language: Language;
  /** What was chosen; "" for what the browser wants. */
  chosen: Language | "";
  /** What it should speak can't be had now. */
  missing: boolean;
}

const NOTHING: LanguagePort = { load: () => "", save: () => undefined, wanted: () => [] };

/** `words`: what there is of each language. */
export class LanguageViewModel extends ViewModel<LanguageSnapshot> {
  private port = NOTHING;
  /** Parts of the page are there, or on their way, that have words of their own. */
  private withParts = false;
  /** Counts what was begun: of two choices the later one holds. */
  private begun = 0;

  constructor(private readonly words: Readonly<Record<Language, Words>> = LANGUAGES) {
    super({ language: "en", chosen: "", missing: false });
  }

  /** Before anything is said. Never rejects: without its words the app speaks English. */
  async start(port: LanguagePort): Promise<void> {
    this.port = port;
    const chosen = port.load();
    this.update({ chosen: isLanguage(chosen) ? chosen : "" });
    await this.speakWanted();
  }

  /** "" for what the browser wants. */
  readonly choose = async (chosen: Language | ""): Promise<void> => {
    this.port.save(chosen);
    this.update({ chosen });
    await this.speakWanted();
  };

  /** Whatever had hindered it may be over. */
  readonly tryAgain = async (): Promise<void> => {
    if (this.snapshot().missing) await this.speakWanted();
  };

  /** What the browser wants. */
  readonly own = (): Language => bestOf(this.port.wanted());

  /** The words of those parts of the page that are fetched when they are shown. Rejects when they can't be had. */
  readonly learnParts = async (): Promise<void> => {
    this.withParts = true;
    const { language } = this.snapshot();
    const parts = await this.words[language].parts();
    if (language === this.snapshot().language) learn(parts.default);
  };

  private async speakWanted(): Promise<void> {
    const language = this.snapshot().chosen || this.own();
    const turn = ++this.begun;
    const { texts, parts } = this.words[language];
    try {
      const some = await Promise.all([texts(), ...(this.withParts ? [parts()] : [])]);
      if (turn !== this.begun) return;
      speak(localeOf(language, this.port.wanted()), Object.assign({}, ...some.map((each) => each.default)));
      this.update({ language, missing: false });
    } catch (error) {
      console.debug(`kith: the words of ${language} are missing: ${String(error)}`);
      if (turn === this.begun) this.update({ missing: true });
    }
  }
}

/** One for the page: it speaks one language. */
export const language = new LanguageViewModel();
export const learnPartTexts = language.learnParts;
