// SPDX-License-Identifier: AGPL-3.0-or-later

// Two people send each other photos, a video, a voice message and files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";

import { composer, eventually, openConversation, register, writeToNumber } from "./support/actions";
import { film } from "./support/films";
import { sampleVideo } from "./support/sample_video";
import { serverSuite } from "./support/server_suite";

const ANA = "+491700000301";
const BEN = "+491700000302";
const MEGABYTE = 1024 * 1024;

interface ChosenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A photo as a camera makes one: 12 megapixels, and where it was taken. */
async function photo(page: Page, name: string, width = 4000, height = 3000): Promise<ChosenFile> {
  const bytes = await page.evaluate(
    async ([w, h]) => {
      const canvas = new OffscreenCanvas(w as number, h as number);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.fillStyle = "#48a";
      context.fillRect(0, 0, w as number, h as number);
      context.fillStyle = "#fc8";
      context.fillRect(100, 100, 900, 600);
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [width, height],
  );
  const file = Buffer.from(bytes);
  const words = Buffer.from("Exif\0\0 taken at 52.5200 N 13.4050 E with a secret camera");
  const length = Buffer.from([0xff, 0xe1, 0, words.length + 2]);
  return {
    name,
    mimeType: "image/jpeg",
    buffer: Buffer.concat([file.subarray(0, 2), length, words, file.subarray(2)]),
  };
}

const video = (): ChosenFile => {
  const { head, tail } = sampleVideo(0);
  return { name: "holiday.mp4", mimeType: "video/mp4", buffer: Buffer.concat([head, tail]) };
};

/** A page with words at its top and a red field below, and a script that no reader should run. */
function pdf(): Buffer {
  const drawn = "1 0 0 rg 0 0 200 150 re f 0 g BT /F1 24 Tf 20 260 Td (A plan of ours) Tj ET";
  const objects = [
    "<</Type /Catalog /Pages 2 0 R /OpenAction <</S /JavaScript /JS (app.launchURL\\('https://spy.example/'\\))>>>>",
    "<</Type /Pages /Kids [3 0 R] /Count 1>>",
    "<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>>",
    `<</Length ${drawn.length}>>\nstream\n${drawn}\nendstream`,
    "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
  ];
  let file = "%PDF-1.7\n";
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 6\n0000000000 65535 f \n${places.join("")}`;
  return Buffer.from(`${file}${table}trailer\n<</Size 6 /Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`, "latin1");
}

const sheet = (page: Page): Locator => page.locator("dialog[data-part=attach]");
const choose = (page: Page, files: ChosenFile[], kind: "pictures" | "documents" = "pictures"): Promise<void> =>
  page.locator(`[data-choose=${kind}]`).setInputFiles(files);
const lastPart = (page: Page, part: string): Locator => page.locator(`[data-message] [data-part=${part}]`).last();

async function sendChosen(page: Page, caption = ""): Promise<void> {
  const button = sheet(page).getByRole("button", { name: /^Send( \d+ files)?$/ });
  await eventually("what was chosen can be sent", async () => button.isEnabled());
  if (caption !== "") await sheet(page).getByRole("textbox", { name: "Add a caption" }).fill(caption);
  await button.click();
  await sheet(page).waitFor({ state: "detached" });
}

/** The last picture of the page is there, and drawn. */
const isDrawn = (picture: Locator): Promise<boolean> =>
  picture.locator("img").evaluateAll((images) => {
    const last = images.at(-1) as HTMLImageElement | undefined;
    return last !== undefined && last.src.startsWith("blob:") && last.complete && last.naturalWidth > 0;
  });
/** The last video of the page, fetched if need be: it plays in its place. */
async function playedVideo(page: Page): Promise<Locator> {
  const place = lastPart(page, "video");
  const get = place.locator("[data-part=fetch]");
  await get.or(place.locator("[data-part=open]")).first().waitFor();
  if (await get.isVisible()) await get.click();
  await place.locator("[data-part=open]").click();
  const element = place.locator("video");
  await eventually("it plays", () => element.evaluate((it: HTMLVideoElement) => it.currentTime > 0.2));
  return element;
}
const isDelivered = (page: Page): Promise<boolean> =>
  page
    .locator("[data-message]")
    .last()
    .getByRole("img", { name: /^(Delivered|Read)$/ })
    .isVisible();

describe("files between two people", () => {
  const suite = serverSuite(["ana", "ben"], {
    settings: `[media]\nfile_bytes_max = ${2 * MEGABYTE}\nmedia_bytes_max = ${2 * MEGABYTE}\n`,
    flags: [
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required",
    ],
  });
  let anaPage: Page, benPage: Page;

  before(async () => {
    anaPage = suite.page("ana");
    benPage = suite.page("ben");
    await register(anaPage, ANA, "Ana Ferreira");
    await register(benPage, BEN, "Ben Okafor");
    await writeToNumber(anaPage, BEN);
    await composer(anaPage).fill("Look at these");
    await composer(anaPage).press("Enter");
    await openConversation(benPage, "Ana Ferreira");
    // The service worker has the page from now on: files play and are saved through it.
    for (const page of [anaPage, benPage]) {
      await page.reload();
      await composer(page).waitFor();
    }
  });

  it("a photo with a caption comes smaller, and tells nothing of where it was taken", async () => {
    await choose(anaPage, [await photo(anaPage, "DSC_0001.JPG")]);
    await sendChosen(anaPage, "By the lake");
    const picture = lastPart(benPage, "photo");
    await picture.waitFor();
    await eventually("the photo is drawn", () => isDrawn(picture));
    const size = picture.locator("img").last();
    assert.deepEqual(await size.evaluate((it: HTMLImageElement) => [it.naturalWidth, it.naturalHeight]), [1600, 1200]);
    await picture.locator("[data-part=open]").click();
    const saving = benPage.waitForEvent("download");
    await benPage.locator("dialog[data-part=viewer]").getByRole("button", { name: "Save" }).click();
    const saved = await saving;
    assert.match(saved.suggestedFilename(), /^Kith 20.*\.jpg$/);
    assert.ok(!/Exif|secret/.test(readFileSync(await saved.path(), "latin1")));
    await benPage.keyboard.press("Escape");
    await benPage.locator("[data-message]").last().getByText("By the lake").waitFor();
    await eventually("it is delivered", () => isDelivered(anaPage));
    await anaPage.locator("[data-pane=left] [data-row]").getByText("📷 By the lake").waitFor();
  });

  it("several photos are one grid, and are looked at one after the other", async () => {
    await choose(anaPage, await Promise.all([1, 2, 3].map((at) => photo(anaPage, `${at}.jpg`, 800, 600 + at))));
    await sendChosen(anaPage);
    const album = lastPart(benPage, "album");
    await eventually("three pictures in it", async () => (await album.locator("li").count()) === 3);
    const first = album.locator("li").first().locator("[data-part=open]");
    await first.click();
    const viewer = benPage.locator("dialog[data-part=viewer]");
    await viewer.getByText("2 of 4").waitFor();
    await benPage.keyboard.press("ArrowRight");
    await viewer.getByText("3 of 4").waitFor();
    await benPage.keyboard.press("ArrowLeft");
    await benPage.keyboard.press("ArrowLeft");
    await viewer.getByText("By the lake").waitFor();
    await benPage.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
    await eventually("the focus is back", () => first.evaluate((element) => element === document.activeElement));
  });

  it("a document comes with a name that is no more than a name, and is saved as it was", async () => {
    const name = `../../\u202Egpj.${"x".repeat(400)}.exe`;
    const buffer = Buffer.from("MZ not a program".repeat(1000));
    await choose(anaPage, [{ name, mimeType: "application/octet-stream", buffer }], "documents");
    await sendChosen(anaPage);
    const document = lastPart(benPage, "document");
    await document.waitFor();
    const shown = await document.locator("bdi").innerText();
    assert.ok(shown.endsWith("….exe") && shown.length <= 255 && !/[\u202E/]|\.\./.test(shown), shown);
    const get = document.locator("[data-part=fetch]");
    if (await get.isVisible()) await get.click();
    await document.locator("[data-part=save]").waitFor();
    const saving = benPage.waitForEvent("download");
    await document.locator("[data-part=save]").click();
    const download = await saving;
    assert.match(download.suggestedFilename(), /^gpj\.x+[^/\\]*\.exe$/);
    assert.deepEqual(readFileSync(await download.path()), buffer);
  });

  it("a PDF goes with a small picture of its first page, one that can't be read goes without", async () => {
    const asked: string[] = [];
    anaPage.on("request", (request) => asked.push(request.url()));
    await choose(anaPage, [{ name: "plan.pdf", mimeType: "application/pdf", buffer: pdf() }], "documents");
    await sheet(anaPage).getByRole("img", { name: "Preview of plan.pdf" }).waitFor();
    await sendChosen(anaPage);
    const document = lastPart(benPage, "document");
    await document.getByText("plan.pdf").waitFor();
    const page = document.locator("[data-part=page]");
    const [colour, letters, address] = await page.evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const middle = 4 * (Math.floor(canvas.height * 0.75) * canvas.width + (canvas.width >> 1));
      const above = data.subarray(0, canvas.width * canvas.height);
      const dark = above.filter((value, place) => place % 4 === 0 && value < 100).length;
      return [[...data.subarray(middle, middle + 3)], dark, image.src] as const;
    });
    const [red = 0, green = 0, blue = 0] = colour;
    assert.ok(red > 200 && green < 60 && blue < 60, `a red field, not ${colour.join()}`);
    assert.ok(letters > 50, `${letters} dark points where the words are`);
    assert.match(address, /^data:image\/jpeg;base64,/);
    assert.ok(address.length < 24_576 * 1.4, `${address.length} letters`);
    const away = asked.filter((url) => !url.startsWith("blob:") && new URL(url).host !== new URL(anaPage.url()).host);
    assert.deepEqual(away, []);

    const broken = Buffer.from(`%PDF-1.7\n${"no page in it ".repeat(50)}`);
    const lock = `/Encrypt <</Filter /Standard /V 1 /R 2 /O <${"0".repeat(64)}> /U <${"0".repeat(64)}> /P -4>>`;
    const locked = Buffer.from(pdf().toString("latin1").replace("<</Size 6", `<</Size 6 /ID [<00> <00>] ${lock}`));
    for (const [name, buffer] of Object.entries({ "broken.pdf": broken, "locked.pdf": locked })) {
      await choose(anaPage, [{ name, mimeType: "application/pdf", buffer }], "documents");
      await sendChosen(anaPage);
      await lastPart(benPage, "document").getByText(name).waitFor();
      assert.equal(await lastPart(benPage, "document").locator("[data-part=page]").count(), 0, name);
    }
  });

  it("a voice message is recorded by a click, and played", async () => {
    await anaPage.getByRole("button", { name: "Record a voice message" }).click();
    await anaPage.getByRole("button", { name: "Stop, and listen to it" }).waitFor();
    await anaPage.waitForTimeout(2500);
    await anaPage.getByRole("button", { name: "Send the voice message" }).click();
    const voice = lastPart(benPage, "voice");
    await voice.locator("[data-part=play]").click();
    await voice.getByRole("button", { name: "Pause" }).waitFor();
    await eventually("it goes on", async () => (await voice.getByRole("slider").getAttribute("aria-valuenow")) !== "0");
    await voice.getByRole("button", { name: "Play the voice message" }).waitFor();
  });

  it("a video comes when it is asked for, plays in its place, and can be sought in", async () => {
    await choose(anaPage, [video()]);
    await sendChosen(anaPage);
    const element = await playedVideo(benPage);
    await element.evaluate((it: HTMLVideoElement) => (it.currentTime = 15));
    await eventually("it goes on from there", () =>
      element.evaluate((it: HTMLVideoElement) => it.currentTime > 15.1 && !it.seeking),
    );
    await element.evaluate((it: HTMLVideoElement) => it.pause());
  });

  it("[F17] a video that no browser reads comes as one that plays", async () => {
    const buffer = film({ name: "old.avi", options: "-c:v mpeg4 -vtag xvid -c:a libmp3lame", seconds: 2 });
    await choose(anaPage, [{ name: "old.avi", mimeType: "video/x-msvideo", buffer }]);
    await sendChosen(anaPage);
    const element = await playedVideo(benPage);
    assert.deepEqual(await element.evaluate((it: HTMLVideoElement) => [it.videoWidth, it.videoHeight]), [320, 180]);
  });

  it("[F18] what is too large is refused before anything is done, with the limit, and nothing of it goes", async () => {
    const buffer = Buffer.alloc(3 * MEGABYTE);
    await choose(anaPage, [{ name: "film.mkv", mimeType: "video/x-matroska", buffer }]);
    await sheet(anaPage)
      .getByText(/3\.2 MB, and at most 2\.1 MB/)
      .waitFor();
    assert.ok(await sheet(anaPage).getByRole("button", { name: "Send", exact: true }).isDisabled());
    await anaPage.keyboard.press("Escape");
    await sheet(anaPage).waitFor({ state: "detached" });
  });

  it("what is no picture, whatever it is called, is not sent as one", async () => {
    const buffer = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
    await choose(anaPage, [{ name: "photo.jpg", mimeType: "image/jpeg", buffer }]);
    await sheet(anaPage).getByText("This isn't a picture that can be read here.").waitFor();
    await sheet(anaPage)
      .getByRole("checkbox", { name: /Send as a file/ })
      .check();
    await sendChosen(anaPage);
    await lastPart(benPage, "document").getByText("photo.jpg").waitFor();
  });

  it("an upload is given up, and sent again; one that is under way outlives a reload", async () => {
    const devices = [suite.device("ana"), suite.device("ben")];
    for (const device of devices) device.serverAway = true;
    await suite.server().kill();
    const buffer = Buffer.alloc(MEGABYTE, 7);
    await choose(anaPage, [{ name: "first.bin", mimeType: "application/zip", buffer }], "documents");
    await sendChosen(anaPage);
    const first = anaPage.locator("[data-message]", { hasText: "first.bin" });
    await first.locator("[data-part=progress]").click();
    await first.getByText("Not sent: you cancelled it.").waitFor();
    await choose(anaPage, [{ name: "second.bin", mimeType: "application/zip", buffer }], "documents");
    await sendChosen(anaPage);
    await anaPage.locator("[data-message]", { hasText: "second.bin" }).waitFor();
    await anaPage.reload();
    await composer(anaPage).waitFor();
    await first.getByRole("button", { name: "Send again" }).click();
    await suite.server().restart();
    for (const name of ["first.bin", "second.bin"])
      await benPage.locator("[data-message]", { hasText: name }).waitFor({ timeout: 90_000 });
    for (const device of devices) device.serverAway = false;
  });

  it("what is to be viewed once is shown once", async () => {
    await choose(anaPage, [await photo(anaPage, "once.jpg", 900, 600)]);
    await sheet(anaPage).getByRole("switch", { name: "View once" }).click();
    await sendChosen(anaPage);
    const once = lastPart(benPage, "once");
    await once.waitFor();
    const open = once.locator("[data-part=open-once]");
    await open.waitFor();
    if ((await open.innerText()) === "Download") await open.click();
    await once.getByRole("button", { name: "View" }).click();
    const viewer = benPage.locator("dialog[data-part=once-viewer]");
    await viewer.locator("img").waitFor();
    await once.getByText("Opened").waitFor(); // behind what is shown, which stays
    assert.equal(
      await viewer.locator("img").evaluate((img) => (img as HTMLImageElement).decode().then(() => "shown")),
      "shown",
    );
    await benPage.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
    assert.equal(await open.count(), 0);
    assert.equal(await lastPart(anaPage, "once").locator("[data-part=open-once]").count(), 0);
  });

  it("what is drawn on a photo is on it where it was drawn, also when it is turned afterwards", async () => {
    await choose(anaPage, [await photo(anaPage, "DSC_0002.JPG", 1600, 1200)]);
    await sheet(anaPage).getByRole("button", { name: "Draw" }).click();
    const drawing = anaPage.locator("dialog[data-part=draw]");
    const paper = drawing.locator("[data-part=paper]");
    const box = await paper.boundingBox();
    assert.ok(box !== null);
    // The picture is in the middle of its frame, as large as it fits.
    const wide = Math.min(box.width, (box.height * 4) / 3);
    const at = (x: number, y: number) => ({
      x: box.x + box.width / 2 + (x - 0.5) * wide,
      y: box.y + box.height / 2 + (y - 0.5) * wide * 0.75,
    });
    const line = async (from: { x: number; y: number }, to: { x: number; y: number }) => {
      await anaPage.mouse.move(from.x, from.y);
      await anaPage.mouse.down();
      await anaPage.mouse.move(to.x, to.y, { steps: 12 });
      await anaPage.mouse.up();
    };
    await drawing.getByRole("button", { name: "Thick pen" }).click();
    await line(at(0.1, 0.8), at(0.9, 0.8));
    await drawing.getByRole("button", { name: "Green" }).click();
    await line(at(0.5, 0.6), at(0.9, 0.6));
    assert.equal(await paper.locator("path").count(), 2);
    await drawing.getByRole("button", { name: "Undo" }).click();
    assert.equal(await paper.locator("path").count(), 1);
    await drawing.getByRole("button", { name: "Done" }).click();
    await sheet(anaPage).getByRole("button", { name: "Turn" }).click();
    await sendChosen(anaPage, "Look where the line is");
    const there = benPage.locator("[data-message]", { hasText: "Look where the line is" });
    await eventually("Ben sees it", () => isDrawn(there));
    const colours = await there
      .locator("img")
      .last()
      .evaluate((image: HTMLImageElement) => {
        const canvas = new OffscreenCanvas(120, 160);
        const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
        context.drawImage(image, 0, 0, 120, 160);
        const colourAt = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)];
        // A line below the middle stands at the left after a turn to the right.
        return { line: colourAt(24, 80), between: colourAt(48, 120), above: colourAt(24, 5) };
      });
    const isNear = (colour: number[], wanted: number[]) =>
      colour.every((each, i) => Math.abs(each - (wanted[i] ?? 0)) < 40);
    assert.ok(isNear(colours.line, [0xe5, 0x32, 0x2d]), `a line: ${colours.line.join()}`);
    assert.ok(isNear(colours.between, [0x44, 0x88, 0xaa]), `taken back: ${colours.between.join()}`);
    assert.ok(isNear(colours.above, [0x44, 0x88, 0xaa]), `beside the line: ${colours.above.join()}`);
  });
});
