// SPDX-License-Identifier: AGPL-3.0-or-later

// The photo of a profile, from who chooses it to who sees it.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";

import {
  closeSettings,
  eventually,
  makeGroup,
  openConversation,
  openSettings,
  register,
  row,
  send,
  writeToNumber,
} from "./support/actions";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700000401";
const BEN = "+491700000402";

/** A picture of 1,200 by 800 pixels, of one colour. */
async function picture(page: Page, colour: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const bytes = await page.evaluate(async (fill) => {
    const canvas = new OffscreenCanvas(1200, 800);
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.fillStyle = fill;
    context.fillRect(0, 0, 1200, 800);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer())];
  }, colour);
  return { name: "me.png", mimeType: "image/png", buffer: Buffer.from(bytes) };
}

/** Red, green and blue of the middle of a drawn photo, and how large it is; undefined while there is none. */
const drawn = (avatar: Locator): Promise<number[] | undefined> =>
  avatar
    .locator("img")
    .first()
    .evaluate(
      (image: HTMLImageElement) => {
        if (!image.complete || image.naturalWidth === 0) return undefined;
        const canvas = new OffscreenCanvas(1, 1);
        const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
        context.drawImage(image, 0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
        return [red, green, blue, image.naturalWidth, image.naturalHeight];
      },
      undefined,
      { timeout: 1000 },
    )
    .catch(() => undefined);
const isColour = async (avatar: Locator, red: number, green: number, blue: number): Promise<boolean> => {
  const seen = await drawn(avatar);
  return (
    seen !== undefined &&
    [red, green, blue].every((value, at) => Math.abs((seen[at] ?? -99) - value) < 12) &&
    seen[3] === 640 &&
    seen[4] === 640
  );
};

async function choosePhoto(page: Page, colour: string): Promise<void> {
  await page.locator("[data-choose=photo]").setInputFiles(await picture(page, colour));
  const sheet = page.locator("dialog[data-part=photo-crop]");
  await sheet.waitFor();
  await sheet.getByRole("button", { name: "Use this" }).click();
  await sheet.waitFor({ state: "detached" });
}

/** With its details. */
async function makeGroupWithDetails(page: Page, title: string, member: string): Promise<void> {
  await makeGroup(page, title, [member]);
  await page.getByRole("button", { name: "Group info", exact: true }).first().click();
}

describe("photos of profiles [F34]", () => {
  const suite = serverSuite(["ana", "ben"]);
  let anaPage: Page, benPage: Page;

  before(async () => {
    anaPage = suite.page("ana");
    benPage = suite.page("ben");
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await writeToNumber(anaPage, BEN);
    await send(anaPage, "Hello Ben");
    await openConversation(benPage, "Ana Ferreira");
  });

  const inList = () => row(benPage, "Ana Ferreira").first();
  const inHeader = () => benPage.locator("main header, [data-pane=conversation] header").first();

  it("Ana chooses one and cuts it, and Ben sees it in his list and above the conversation", async () => {
    await inList().getByText("AF").waitFor();
    await openSettings(anaPage, /^Profile/);
    await choosePhoto(anaPage, "rgb(200, 40, 40)");
    const settings = anaPage.getByRole("region", { name: "Settings" });
    await eventually("Ana sees her own", () => isColour(settings, 200, 40, 40));
    await eventually("Ben's list has it", () => isColour(inList(), 200, 40, 40));
    await eventually("so has what is above the conversation", () => isColour(inHeader(), 200, 40, 40));
    assert.equal(await inList().getByText("AF").count(), 0);
  });

  it("is shown larger, and is there after a reload", async () => {
    await inHeader().getByRole("button", { name: "Ana Ferreira" }).click();
    await benPage.getByRole("button", { name: "Photo of Ana Ferreira" }).click();
    const view = benPage.locator("dialog[data-part=photo]");
    await eventually("it is large", () => isColour(view, 200, 40, 40));
    await benPage.keyboard.press("Escape");
    await view.waitFor({ state: "detached" });
    await benPage.reload();
    await eventually("Ben's list has it", () => isColour(inList(), 200, 40, 40));
  });

  it("is replaced", async () => {
    await choosePhoto(anaPage, "rgb(40, 40, 200)");
    await eventually("Ben's list has the other one", () => isColour(inList(), 40, 40, 200));
  });

  it("is hidden from whom the scope leaves out", async () => {
    await closeSettings(anaPage);
    await openSettings(anaPage, /^Privacy/);
    const choose = async (scope: string) => {
      await anaPage.getByRole("combobox", { name: /Profile photo/ }).click();
      await anaPage.getByRole("option", { name: scope }).click();
    };
    await choose("Nobody");
    await inList().getByText("AF").waitFor();
    await choose("Everyone");
    await eventually("Ben's list has it again", () => isColour(inList(), 40, 40, 200));
    await closeSettings(anaPage);
  });

  it("is removed, and initials stand in its place", async () => {
    await openSettings(anaPage, /^Profile/);
    await anaPage.getByRole("button", { name: "Remove" }).click();
    await anaPage.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await inList().getByText("AF").waitFor();
    await eventually("Ana's own is gone", async () => (await anaPage.locator("[data-pane=left] img").count()) === 0);
  });
});

describe("photos of groups", () => {
  const suite = serverSuite(["ana", "ben"]);
  const GROUP = "Saturday hike";
  let anaPage: Page, benPage: Page;

  before(async () => {
    anaPage = suite.page("ana");
    benPage = suite.page("ben");
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await makeGroupWithDetails(anaPage, GROUP, BEN);
    await row(benPage, GROUP).first().waitFor();
  });

  const details = (page: Page) => page.getByRole("complementary", { name: "Group info" });

  it("one is chosen by who may name the group, and all see it", async () => {
    await choosePhoto(anaPage, "rgb(30, 140, 60)");
    await eventually("Ana sees it in the details", () => isColour(details(anaPage), 30, 140, 60));
    await eventually("Ben's list has it", () => isColour(row(benPage, GROUP).first(), 30, 140, 60));
    await openConversation(benPage, GROUP);
    await benPage.getByText("Ana Ferreira changed the photo of the group").first().waitFor();
    await anaPage.getByText("You changed the photo of the group").first().waitFor();
  });

  it("another member takes it away", async () => {
    await benPage.getByRole("button", { name: "Group info", exact: true }).first().click();
    await details(benPage).getByRole("button", { name: "Remove", exact: true }).first().click();
    await benPage.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    const none = async (place: Locator) => (await place.locator("img").count()) === 0;
    await eventually("Ben's is gone", () => none(details(benPage)));
    await eventually("Ana's is gone", () => none(details(anaPage)));
  });
});
