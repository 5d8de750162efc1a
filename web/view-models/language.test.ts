// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, describe, expect, it, vi } from "vitest";

import { inOrderOfNames, listText, numberText } from "./intl_text";
import { bestOf, LANGUAGES, LanguageViewModel, type Language, type Words } from "./language";
import { say, speak, spoken } from "./say";
import english from "./texts/en.json";
import parts from "./texts/en.parts.json";
import { dayText, monthText } from "./time_text";
import { NOON } from "./testing/fake_core";

afterEach(() => speak("en", { ...english, ...parts }));

/** Of a browser that wants these languages, and of a person who chose this one. */
function browser(wanted: readonly string[], chosen = "") {
  return { load: () => chosen, save: vi.fn(), wanted: () => wanted };
}

async function started(wanted: readonly string[], chosen = "", words?: Readonly<Record<Language, Words>>) {
  const model = new LanguageViewModel(words);
  await model.start(browser(wanted, chosen));
  return model;
}

describe("of the languages that the browser wants", () => {
  it.each([
    [["de-AT", "en"], "de"],
    [["pt-PT"], "pt-BR"],
    [["PT-br"], "pt-BR"],
    [["ar-EG"], "ar"],
    [["zh", "ja"], "en"],
    [["zh-Hant-TW", "fr-CA", "de"], "fr"],
    [["en-GB", "de"], "en"],
    [[], "en"],
  ])("%j is best met by %s", (wanted, best) => {
    expect(bestOf(wanted)).toBe(best);
  });
});

describe("the language", () => {
  it("is the browser's, with the numbers of its region", async () => {
    const model = await started(["de-AT", "en"]);
    expect(model.snapshot()).toEqual({ language: "de", chosen: "", missing: false });
    expect(say("common.newChat")).toBe("Neuer Chat");
    expect(spoken.snapshot()).toBe("de-AT");
    expect(numberText(1234.5)).toBe(new Intl.NumberFormat("de-AT").format(1234.5));
  });

  it("is what was chosen, whatever the browser wants", async () => {
    const model = await started(["de"], "fr");
    expect(model.snapshot()).toEqual({ language: "fr", chosen: "fr", missing: false });
    expect(say("common.newChat")).toBe("Nouvelle discussion");
    expect(model.own()).toBe("de");
  });

  it("is the browser's when that was kept which there is not", async () => {
    expect((await started(["es"], "tlh")).snapshot()).toEqual({ language: "es", chosen: "", missing: false });
  });

  it("changes at once, is kept, and may be the browser's again", async () => {
    const model = new LanguageViewModel();
    const port = browser(["es"]);
    await model.start(port);
    const heard = vi.fn();
    const end = spoken.subscribe(heard);
    await model.choose("de");
    end();
    expect(port.save).toHaveBeenLastCalledWith("de");
    expect(heard).toHaveBeenCalledOnce();
    expect(say("common.cancel")).toBe("Abbrechen");
    await model.choose("");
    expect(port.save).toHaveBeenLastCalledWith("");
    expect(model.snapshot()).toEqual({ language: "es", chosen: "", missing: false });
  });

  it("brings the words of the parts that are there along", async () => {
    const model = await started(["de"]);
    expect(say("common.forward")).toBe("common.forward");
    await model.learnParts();
    expect(say("common.forward")).toBe("Weiterleiten");
    await model.choose("fr");
    expect(say("common.forward")).toBe("Transférer");
    expect(say("common.cancel")).toBe("Annuler");
  });

  it("is that of the last of two choices, whichever words come first", async () => {
    let come: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (come = resolve));
    const words = { ...LANGUAGES, de: { ...LANGUAGES.de, texts: () => late.then(LANGUAGES.de.texts) } };
    const model = await started(["en"], "", words);
    const slow = model.choose("de");
    await model.choose("es");
    come();
    await slow;
    expect(model.snapshot().language).toBe("es");
    expect(say("common.cancel")).toBe("Cancelar");
  });

  it("is English while its words can't be had, and its own when they can", async () => {
    let away = true;
    const texts = () => (away ? Promise.reject(new Error("away")) : LANGUAGES.ar.texts());
    const model = await started(["ar"], "", { ...LANGUAGES, ar: { ...LANGUAGES.ar, texts } });
    expect(model.snapshot()).toEqual({ language: "en", chosen: "", missing: true });
    expect(say("common.cancel")).toBe("Cancel");
    await model.tryAgain();
    expect(model.snapshot().missing).toBe(true);
    away = false;
    await model.tryAgain();
    expect(model.snapshot()).toEqual({ language: "ar", chosen: "", missing: false });
    expect(say("common.cancel")).toBe("إلغاء");
  });

  it("stays what it was when another's words can't be had", async () => {
    const texts = () => Promise.reject(new Error("away"));
    const model = await started(["de"], "", { ...LANGUAGES, fr: { ...LANGUAGES.fr, texts } });
    await model.choose("fr");
    expect(model.snapshot()).toEqual({ language: "de", chosen: "fr", missing: true });
    expect(say("common.cancel")).toBe("Abbrechen");
  });
});

describe("dates, numbers and orders", () => {
  it("are in the language that is spoken", async () => {
    await started(["en"], "de");
    expect(monthText(NOON)).toMatch(/November|Dezember|Januar/);
    expect(listText(["Ana", "Ben"])).toBe("Ana und Ben");
    expect(say("group.members", { count: 1234 })).toBe("1.234 Mitglieder");
    expect(inOrderOfNames([{ name: "Zoe" }, { name: "Ärne" }]).map(({ name }) => name)).toEqual(["Ärne", "Zoe"]);
    speak("sv", {});
    expect(inOrderOfNames([{ name: "Zoe" }, { name: "Ärne" }]).map(({ name }) => name)).toEqual(["Zoe", "Ärne"]);
  });

  it("have the digits of Arabic, and the region's where the browser wants one", async () => {
    await started(["en"], "ar");
    expect(numberText(1234)).toBe("١٬٢٣٤");
    expect(dayText(NOON, NOON)).toBe("اليوم");
    expect([0, 1, 2, 3, 11, 100].map((count) => say("group.members", { count }))).toEqual([
      "لا أعضاء",
      "عضو واحد",
      "عضوان",
      "٣ أعضاء",
      "١١ عضوًا",
      "١٠٠ عضو",
    ]);
    await started(["ar-MA"]);
    expect(numberText(12)).toBe("12");
  });

  it("keep what people have written apart from the words around it, where those are read from the right", async () => {
    await started(["ar"]);
    expect(say("common.writeTo", { handle: "+49 170 1" })).toBe("الكتابة إلى \u2068+49 170 1\u2069");
    expect(say("contacts.invitation", { server: "https://x" })).toMatch(/ https:\/\/x$/);
  });
});
