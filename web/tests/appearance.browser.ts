// SPDX-License-Identifier: AGPL-3.0-or-later

// Every screen in both themes: what axe-core finds, text at 200 %, and a page that is read from right to left.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

import { problems } from "./support/axe";
import { openConversation } from "./support/actions";
import { launchBrowser } from "./support/browser";
import { Gallery } from "./support/gallery";
import { FRIEND, SCREENS, type Screen } from "./support/screens";

/** Fades have ended: colours are what they are. An inherited colour begins to fade when its parent's fade has ended. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    for (let quiet = 0; quiet < 2;) {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const ending = document.getAnimations().filter((each) => each.effect?.getTiming().iterations !== Infinity);
      quiet = ending.length === 0 ? quiet + 1 : 0;
      await Promise.allSettled(ending.map((each) => each.finished));
    }
  });

/** Turns the order of the sheets round, and says which elements look otherwise then. */
const otherwiseOrdered = (page: Page): Promise<{ moved: number; size: number; others: string[] }> =>
  page.evaluate(() => {
    const still = document.head.appendChild(document.createElement("style"));
    still.textContent = "*, *::before, *::after { transition: none !important; animation: none !important; }";
    const sheets = [...document.head.querySelectorAll("style[data-vite-dev-id]")];
    const parts = [...document.querySelectorAll("body *")].flatMap((element) =>
      [null, "::before", "::after"].map((part) => ({ element, part })),
    );
    const looks: string[][] = [];
    for (let round = 0; round < 2; ++round) {
      if (round === 1) document.head.append(...sheets.reverse());
      looks.push(
        parts.map(({ element, part }) => {
          const style = getComputedStyle(element, part);
          return Array.from(style, (property) => style.getPropertyValue(property)).join(";");
        }),
      );
    }
    const [before = [], after = []] = looks;
    const others = parts.filter((_, at) => before[at] !== after[at]);
    return {
      moved: sheets.length,
      size: before[0]?.length ?? 0,
      others: others.map(
        ({ element, part }) => `${element.tagName} ${element.getAttribute("class") ?? ""}${part ?? ""}`,
      ),
    };
  });

/** What is painted behind what the element contains: [red, green, blue]. Runs in the page. */
function fillOf(element: Element): number[] {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (getComputedStyle(at).backgroundColor.match(/[\d.]+/g) ?? []).map(
      Number,
    );
    if (alpha === 1) return [red, green, blue];
  }
  return [255, 255, 255];
}

/** The ring of what has the focus, and on what it is seen: its own, its frame's, or that of the bubble in it. */
async function ringOfFocus(page: Page) {
  const ring = await page.evaluateHandle(() => {
    const focused = document.activeElement as Element;
    const bubble = focused.matches("[data-message]") ? focused.querySelector("[data-bubble]") : null;
    const near = [focused, bubble, focused.parentElement, focused.parentElement?.parentElement];
    return near.find((each) => each instanceof Element && getComputedStyle(each).outlineStyle === "solid") ?? focused;
  });
  const under = await ring.evaluateHandle((element) => element?.parentElement as Element);
  const { width, color, name } = await ring.evaluate((element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element as Element);
    const { tagName, className, id } = document.activeElement as Element;
    return {
      name: `${tagName} ${id} ${className}`,
      width: outlineStyle === "solid" ? parseFloat(outlineWidth) : 0,
      color: (outlineColor.match(/[\d.]+/g) ?? []).map(Number).slice(0, 3),
    };
  });
  return { name, width, color, under: await under.evaluate(fillOf) };
}

/** As WCAG 2 has it: 1 to 21. */
function contrast(one: number[], other: number[]): number {
  const luminance = (color: number[]) => {
    const [red = 0, green = 0, blue = 0] = color
      .map((each) => each / 255)
      .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

describe("how the app looks", () => {
  let gallery: Gallery, browser: Browser;
  before(async () => {
    gallery = await Gallery.open();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await gallery?.close();
  });

  const shown = async (screen: Screen, options: BrowserContextOptions = {}, dir = "ltr"): Promise<Page> => {
    const page = await gallery.page(browser, screen.start ?? "chats", { reducedMotion: "reduce", ...options }, dir);
    await screen.go?.(page);
    await settled(page);
    return page;
  };

  for (const [name, screen] of Object.entries(SCREENS)) {
    it(`axe finds nothing serious in either theme: ${name}`, async () => {
      const page = await shown(screen, { colorScheme: "light" });
      assert.deepEqual(await problems(page), [], "light");
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await settled(page);
      assert.deepEqual(await problems(page), [], "dark");
      assert.notEqual(await page.locator("h1").count(), 0, "a heading of the first level");
      await page.context().close();
    });
  }

  it("text of twice the size is shown twice as large, and nothing goes out of the page", async () => {
    for (const width of [390, 1280]) {
      const page = await shown({}, { viewport: { width, height: 844 } });
      const sizeOf = () =>
        page
          .locator("[data-part=title]")
          .first()
          .evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
      const usual = await sizeOf();
      const session = await page.context().newCDPSession(page);
      await session.send("Page.enable");
      await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
      await page.reload();
      await page.locator("[data-part=title]").first().waitFor();
      assert.equal(await sizeOf(), usual * 2);
      await openConversation(page, FRIEND);
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok((wide[0] as number) <= (wide[1] as number), `${wide[0]} px in ${wide[1]}`);
      await page.context().close();
    }
  });

  for (const [where, options] of Object.entries({
    "on a desk": {},
    "on a phone, dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
    "in forced colours": { forcedColors: "active" },
  } satisfies Record<string, BrowserContextOptions>))
    it(`looks the same whatever order the sheets come in, ${where}`, async () => {
      for (const name of [
        "a conversation",
        "the menu of a message",
        "choosing messages",
        "the question before deleting",
        "what an edited message said",
        "what is starred",
        "who has reacted",
        "contact details",
        "a search",
        "a choice in the settings",
        "the first screen",
        "a new contact",
      ]) {
        const page = await shown(SCREENS[name] as Screen, options);
        const { moved, size, others } = await otherwiseOrdered(page);
        assert.ok(moved > 20, `${moved} sheets`);
        assert.ok(size > 1000, `${size} characters of one element`);
        assert.deepEqual(others, [], name);
        await page.context().close();
      }
    });

  for (const [colorScheme, least] of [
    ["light", { paper: 5.5, incoming: 6.5 }],
    ["dark", { paper: 2.3, incoming: 1.8 }],
  ] as const)
    it(`one's own bubbles are told at one look from the paper and from others', ${colorScheme}`, async () => {
      const page = await shown(SCREENS["a conversation"] as Screen, { colorScheme });
      const fill = (selector: string) => page.locator(selector).last().evaluate(fillOf);
      const own = await fill("[data-own] [data-bubble]:has([data-words])");
      const incoming = await fill("[data-message]:not([data-own]) [data-bubble]:has([data-words])");
      const paper = await fill("[data-timeline]");
      assert.ok(contrast(own, paper) >= least.paper, `${contrast(own, paper)} on paper`);
      assert.ok(contrast(own, incoming) >= least.incoming, `${contrast(own, incoming)} beside incoming ones`);
      assert.ok(contrast(incoming, paper) >= 1.2, `${contrast(incoming, paper)} of incoming ones on paper`);
      await page.context().close();
    });

  for (const colorScheme of ["light", "dark"] as const)
    it(`whatever has the focus has a ring of 3 px that is seen, ${colorScheme}`, async () => {
      const page = await shown(SCREENS["a conversation"] as Screen, { colorScheme });
      const stops = new Set<string>();
      for (let tab = 0; tab < 60; ++tab) {
        await page.keyboard.press("Tab");
        await settled(page);
        const { name, width, color, under } = await ringOfFocus(page);
        if (name.startsWith("BODY") || stops.has(name)) continue; // it goes round
        stops.add(name);
        // The field of the composer is the one that is written in all day: its ring is quieter.
        assert.equal(width, name.startsWith("TEXTAREA") ? 2 : 3, `${name}: px`);
        assert.ok(contrast(color, under) >= 3, `${name}: ${color} on ${under}`);
      }
      assert.ok(stops.size >= 10, [...stops].join(", "));
      await page.context().close();
    });

  it("the menu of a message, and what it leads to, fit the narrowest screen, also with large text", async () => {
    for (const name of ["the menu of a message", "the question before deleting", "choosing messages"])
      for (const [width, large] of [
        [320, false],
        [320, true],
      ] as const) {
        const page = await shown({}, { viewport: { width, height: 568 } });
        if (large) {
          const session = await page.context().newCDPSession(page);
          await session.send("Page.enable");
          await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
          await page.reload();
        }
        await SCREENS[name]?.go?.(page);
        await settled(page);
        const boxes = await page
          .locator("[role=menu], dialog[open], [role=toolbar]:not([data-part=filters])")
          .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect));
        assert.equal(boxes.length, 1, name);
        const { left = -1, right = 999, top = -1, bottom = 999 } = boxes[0] ?? {};
        const where = `${name}${large ? ", large" : ""}: ${left}–${right}, ${top}–${bottom}`;
        assert.ok(left >= 0 && right <= width && top >= 0 && bottom <= 568, where);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name}: ${wide} px`);
        await page.context().close();
      }
  });

  it("the button that sends is there only with something to send", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await shown(SCREENS["a conversation"] as Screen, { colorScheme });
      const send = page.getByRole("button", { name: "Send", exact: true });
      const field = page.locator("[data-composer] textarea");
      for (const nothing of ["", "  ", "\n"]) {
        await field.fill(nothing);
        assert.equal(await send.count(), 0, JSON.stringify(nothing));
      }
      await field.fill("a");
      await settled(page);
      const box = await send.boundingBox();
      assert.deepEqual([box?.width, box?.height], [48, 48]);
      const [button, frame] = [await send.evaluate(fillOf), await field.evaluate(fillOf)];
      assert.ok(contrast(button, frame) >= 3, `${contrast(button, frame)} beside the field`);
      await field.fill("");
      assert.equal(await send.count(), 0, "gone with the text");
      await page.context().close();
    }
  });

  it("messages use the room there is, up to lines that are still read well", async () => {
    for (const width of [390, 1280, 1600, 2560]) {
      const page = await shown(SCREENS["a conversation"] as Screen, { viewport: { width, height: 1000 } });
      const { rem, well, inner, column, bubbles } = await page.evaluate(() => {
        const timeline = document.querySelector("[data-timeline]") as HTMLElement;
        const { paddingInlineStart, paddingInlineEnd } = getComputedStyle(timeline);
        return {
          rem: parseFloat(getComputedStyle(document.documentElement).fontSize),
          well: timeline.clientWidth,
          inner: timeline.clientWidth - parseFloat(paddingInlineStart) - parseFloat(paddingInlineEnd),
          column: timeline.querySelector("ol")?.clientWidth ?? 0,
          bubbles: [...timeline.querySelectorAll("[data-bubble]")].map((each) => each.getBoundingClientRect().width),
        };
      });
      const at = `${width} px: a column of ${column} in ${well}`;
      assert.ok(Math.abs(column - Math.min(inner, 68.75 * rem)) <= 1, at);
      assert.ok(column >= Math.min(0.9 * well, 1100), at);
      const most = Math.min(35 * rem, (width < 760 ? 0.84 : 0.82) * column);
      const widest = Math.max(...bubbles);
      assert.ok(widest <= most + 1, `${at}: a bubble of ${widest}, at most ${most}`);
      assert.ok(widest >= 0.9 * most, `${at}: the widest bubble has ${widest} of ${most}`);
      await page.context().close();
    }
  });

  it("the time and the ticks do not touch text that is read from right to left", async () => {
    const page = await shown(SCREENS["a conversation"] as Screen);
    const gap = await page.locator("[data-message]", { hasText: "שלום, נתראה ברכבת" }).evaluate((row) => {
      const words = row.querySelector("[data-words]") as HTMLElement;
      const range = document.createRange();
      range.selectNodeContents(words);
      const text = range.getBoundingClientRect();
      const meta = (row.querySelector("[data-part=meta]") as HTMLElement).getBoundingClientRect();
      return { apart: text.left - meta.right, atStart: meta.left < text.left };
    });
    assert.ok(gap.atStart, "where the line ends");
    assert.ok(gap.apart >= 6, `${gap.apart} px`);
    await page.context().close();
  });

  it("each paragraph begins where its language is read from", async () => {
    const page = await shown(SCREENS["a conversation"] as Screen);
    const sides = await page.locator("[data-message]", { hasText: "and a second line in English" }).evaluate((row) => {
      const bubble = (row.querySelector("[data-bubble]") as HTMLElement).getBoundingClientRect();
      const text = (row.querySelector("[data-words]") as HTMLElement).firstChild as Text;
      return text.data.split("\n").map((line) => {
        const range = document.createRange();
        const begin = text.data.indexOf(line);
        range.setStart(text, begin);
        range.setEnd(text, begin + line.length);
        const box = range.getBoundingClientRect();
        return box.left - bubble.left < bubble.right - box.right ? "left" : "right";
      });
    });
    assert.equal(sides[2], "right");
    assert.equal(sides[0], "right");
    await page.context().close();
  });

  it("in forced colours bubbles have edges, and one's own thicker ones", async () => {
    const page = await shown(SCREENS["a conversation"] as Screen, { forcedColors: "active" });
    const edge = (row: string) =>
      page
        .locator(`${row} [data-bubble]`)
        .last()
        .evaluate((bubble) => getComputedStyle(bubble).borderInlineEndWidth);
    assert.equal(await edge("[data-own]"), "4px");
    assert.equal(await edge("[data-message]:not([data-own])"), "1px");
    await page.context().close();
  });

  it("a page from right to left, and high contrast have nothing serious either", async () => {
    const conversation = SCREENS["a conversation"] as Screen;
    for (const [options, dir] of [
      [{}, "rtl"],
      [{ contrast: "more" }, "ltr"],
      [{ contrast: "more", colorScheme: "dark" }, "ltr"],
    ] as [BrowserContextOptions, string][]) {
      const page = await shown(conversation, options, dir);
      assert.deepEqual(await problems(page), []);
      await page.context().close();
    }
  });
});
