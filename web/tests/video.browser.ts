// SPDX-License-Identifier: AGPL-3.0-or-later

// Videos as cameras and programs make them, chosen in one browser and played in another. The core is a scripted one:
// what would be sealed and sent is what is looked at.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";

import { eventually, openConversation } from "./support/actions";
import { launchBrowser, NAMED } from "./support/browser";
import { film, picturesIn, played, type Film, type Played } from "./support/films";
import { within, type Prepare } from "./support/harness";
import { harnessSuite } from "./support/harness_suite";

const H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25";
/** What this encoder writes of itself into its first picture. */
const X264 = "keyint=25 ";
/** A tone of an eighth of full scale, as ffmpeg makes it, is so loud. */
const TONE = 0.088;
/** Of the noise that AMR becomes here. */
const AMR_LEVEL = 0.094;

interface Sent {
  file: Buffer;
  kind: number;
  name: string;
  mimeType: string;
  width: number;
  height: number;
  durationMs: number;
}
const VIDEO = 2;
const DOCUMENT = 5;

describe("[F17] a video that is sent", () => {
  const suite = harnessSuite();
  let other: Browser, player: Page, page: Page;

  before(async () => {
    other = await launchBrowser(["--autoplay-policy=no-user-gesture-required"]);
    player = await (await other.newContext()).newPage();
    await player.addInitScript(NAMED);
    await player.goto("about:blank");
  });
  after(() => other?.close());

  const sheet = (): Locator => page.locator("dialog[data-part=attach]");
  const sending = (): Locator => sheet().getByRole("button", { name: "Send", exact: true });

  async function open(prepare?: Prepare): Promise<void> {
    page = await suite.open(prepare);
    await openConversation(page, "Ben");
  }

  async function choose(name: string, buffer: Buffer): Promise<void> {
    await page.locator("[data-choose=pictures]").setInputFiles([{ name, mimeType: "", buffer }]);
    await sheet().waitFor();
  }

  async function send(): Promise<Sent> {
    const before = await within(page, ({ core }) => core.called("sendMessage").length);
    await eventually("it can be sent", () => sending().isEnabled());
    await sending().click();
    await sheet().waitFor({ state: "detached" });
    await eventually("it is sent", async () => {
      return (await within(page, ({ core }) => core.called("sendMessage").length)) > before;
    });
    const { base64, ...about } = await within(page, async ({ core }) => {
      type Params = { messageId: string; attachment: { about: Omit<Sent, "file"> } };
      const params = core.called("sendMessage").at(-1) as Params;
      const bytes = await core.files.readMedia(params.messageId);
      const { kind, name, mimeType, width, height, durationMs } = params.attachment.about;
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return { base64: btoa(text), kind, name, mimeType, width, height, durationMs };
    });
    return { file: Buffer.from(base64, "base64"), ...about };
  }

  /** It plays elsewhere as what its message says, so long, and as loud as it was. */
  async function plays(sent: Sent, width: number, height: number, seconds: number, level = TONE): Promise<Played> {
    assert.deepEqual([sent.kind, sent.name, sent.mimeType], [VIDEO, "", "video/mp4"]);
    const it = await played(player, sent.file);
    assert.deepEqual([it.width, it.height], [width, height]);
    assert.deepEqual([sent.width, sent.height], [width, height]);
    assert.ok(Math.abs(it.seconds - seconds) < 0.15, `${it.seconds} s`);
    assert.ok(Math.abs(sent.durationMs / 1000 - it.seconds) < 0.05, `${sent.durationMs} ms`);
    assert.ok(Math.abs(it.level - level) < level / 4, `a level of ${it.level}`);
    assert.ok(it.position > 0.5 && Math.abs(it.sought - it.seconds * 0.75) < 0.1, `${it.position}, ${it.sought}`);
    const boxes = ["moov", "mdat", "moof"].map((box) => sent.file.indexOf(box));
    assert.ok((boxes[0] ?? 0) < (boxes[1] ?? 0) && boxes[2] === -1, `boxes at ${boxes.join()}`);
    return it;
  }

  const sentOf = async (made: Film): Promise<Sent> => {
    await choose(made.name, film(made));
    return send();
  };

  it("as MP4 says nothing of where, when and with what it was taken, and has its pictures as they were", async () => {
    const secrets = ["+52.5200+013.4050/", "Secret title", "Secretphone 7"];
    const taken = film({
      name: "holiday.mp4",
      options:
        `${H264} -c:a aac -metadata location=${secrets[0]} -metadata title=Secret\u00a0title ` +
        `-metadata:s:v title=Secret\u00a0track -metadata:s:v handler_name=Secret ` +
        `-metadata com.apple.quicktime.model=Secretphone\u00a07 -movflags use_metadata_tags`,
    });
    const bare = (file: Buffer) => file.toString("utf8").replaceAll("\u00a0", " ");
    for (const secret of secrets) assert.ok(bare(taken).includes(secret), secret);
    await open();
    await choose("holiday.mp4", taken);
    const sent = await send();
    await plays(sent, 320, 180, 3);
    for (const secret of [...secrets, "52.52", "udta", "Secret"]) assert.ok(!bare(sent.file).includes(secret), secret);
    const pictures = (file: Buffer) => file.includes(X264);
    assert.ok(pictures(taken) && pictures(sent.file), "they were encoded by ffmpeg, and not again");
  });

  it("from which its beginning was cut away has nothing of that in it any more", async () => {
    const cut = film({ name: "cut.mp4", options: `${H264} -c:a aac`, again: "-movflags +faststart", from: 1.4 });
    assert.equal(picturesIn(cut), 50, "its first second is there, and not shown");
    await open();
    await choose("cut.mp4", cut);
    const sent = await send();
    await plays(sent, 320, 180, 1.6);
    assert.equal(picturesIn(sent.file), 40);
  });

  it("as MOV stays turned, and sound that only films have becomes one that plays", async () => {
    await open();
    const sent = await sentOf({
      name: "turned.mov",
      options: `${H264} -c:a pcm_s16le`,
      again: "-metadata:s:v rotate=90",
    });
    await plays(sent, 180, 320, 3);
    assert.ok(sent.file.includes(X264));
  });

  it("as MKV with VP9 and Opus is an MP4 for everybody", async () => {
    const options = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -c:a libopus";
    await open();
    await plays(await sentOf({ name: "talk.mkv", options }), 320, 180, 3);
  });

  it("of a codec that not everybody plays is made anew", async () => {
    const options = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k -c:a libvorbis";
    await open();
    const sent = await sentOf({ name: "recording.webm", options, size: "1440x810", rate: 10, seconds: 1 });
    await plays(sent, 1280, 720, 1);
    assert.ok(sent.file.includes("avc1") && sent.file.includes("Opus"));
  });

  it("and that the browser can't read is made by ffmpeg into what everybody plays", async () => {
    await open();
    for (const { kept = false, level = TONE, size = "320x180", ...made } of [
      { name: "old.avi", options: "-c:v mpeg4 -vtag xvid -c:a libmp3lame" },
      { name: "new.avi", options: `${H264} -bf 0 -c:a libmp3lame`, kept: true },
      { name: "phone.3gp", options: "-c:v h263", size: "352x288", level: AMR_LEVEL },
      { name: "later.3gp", options: H264, kept: true, level: AMR_LEVEL },
      { name: "h265.mp4", options: "-c:v libx265 -preset ultrafast -c:a aac" },
    ]) {
      const options = `${made.options} -metadata title=Secretfilm`;
      const sent = await sentOf({ ...made, options, size, seconds: 1, amr: level === AMR_LEVEL });
      const [width = 0, height = 0] = size.split("x").map(Number);
      await plays(sent, width, height, 1, level);
      assert.ok(sent.file.includes("avc1") && !/Lavf|Secretfilm/.test(sent.file.toString("latin1")), made.name);
      assert.equal(sent.file.includes(X264), kept, made.name);
    }
  });

  it("can be a part, which two handles choose by keys; nothing else of it goes", async () => {
    const long = film({ name: "long.mp4", options: `${H264} -c:a aac`, seconds: 12 });
    await open((core, testing) => {
      const mediaLimits = { fileBytesMax: 9_000_000n, mediaBytesMax: 9_000_000n, videoSecondsMax: 5 };
      core.on("getState", () => testing.state({ mediaLimits }));
    });
    await choose("long.mp4", long);
    await sheet().getByText("This video is 0:12 long, and one can have at most 0:05.").waitFor();
    assert.ok(await sending().isDisabled());
    await sheet().getByRole("alert").locator("..").getByRole("button", { name: "Trim" }).click();
    const trim = page.locator("dialog[data-part=trim]");
    await eventually("its pictures are there", async () => (await trim.locator("img").count()) === 10);
    const [begin, end] = [trim.getByRole("slider", { name: "Beginning" }), trim.getByRole("slider", { name: "End" })];
    assert.deepEqual([await begin.inputValue(), await end.inputValue()], ["0", "5000"]);
    await end.focus();
    for (let times = 0; times < 2; ++times) await page.keyboard.press("PageUp");
    assert.deepEqual([await begin.inputValue(), await end.inputValue()], ["2400", "7400"]);
    await begin.focus();
    for (let times = 0; times < 11; ++times) await page.keyboard.press("ArrowRight");
    assert.equal(await begin.getAttribute("aria-valuetext"), "0:04");
    await trim.getByText("0:04 of 0:12. At most 0:05 can be sent.").waitFor();
    await trim.getByRole("button", { name: "Done" }).click();
    const sent = await send();
    await plays(sent, 320, 180, 3.9);
    assert.ok(sent.file.length < long.length / 2);
  });

  it("that is too large is made smaller when somebody wants that", async () => {
    const large = film({
      name: "large.mp4",
      options: `${H264} -b:v 6M -minrate 6M -vf noise=alls=60 -c:a aac`,
      seconds: 4,
    });
    await open((core, testing) => {
      const mediaLimits = { fileBytesMax: 1_000_000n, mediaBytesMax: 700_000n, videoSecondsMax: 180 };
      core.on("getState", () => testing.state({ mediaLimits }));
    });
    await choose("large.mp4", large);
    await sheet()
      .getByText(/^This has [\d.]+ MB, and photos, videos and recordings have at most 700 kB here\.$/)
      .waitFor();
    await sheet().getByRole("button", { name: "Make it smaller" }).click();
    const sent = await send();
    assert.ok(large.length > 1_000_000 && sent.file.length <= 700_000, `${large.length}, ${sent.file.length}`);
    await plays(sent, 320, 180, 4);
  });

  it("is given up while it is made, and begun again; nobody works at what nobody looks at any more", async () => {
    const options = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k -c:a libvorbis";
    const buffer = film({ name: "talk.webm", options, size: "640x360", seconds: 20 });
    await open();
    await choose("talk.webm", buffer);
    const progress = sheet().getByRole("progressbar", { name: "Making the video ready" });
    const workers = () => page.workers().filter((worker) => worker.url().includes("video_worker")).length;
    const goesOn = () => eventually("it goes on", async () => Number(await progress.getAttribute("aria-valuenow")) > 0);
    await goesOn();
    assert.equal(workers(), 1);
    await sheet()
      .getByRole("button", { name: /^Making the video ready, \d+ %: cancel$/ })
      .click();
    await sheet().getByText("This video isn't ready: you stopped that.").waitFor();
    await eventually("it is given up", async () => workers() === 0);
    assert.ok(await sending().isDisabled());
    await sheet().getByRole("button", { name: "Try again" }).click();
    await goesOn();
    await sheet().getByRole("button", { name: "Cancel", exact: true }).click();
    await sheet().waitFor({ state: "detached" });
    await eventually("it is given up, too", async () => workers() === 0);
  });

  it("and is damaged is offered as a file, and goes as it is", async () => {
    const first = film({ name: "half.mp4", options: `${H264} -movflags +faststart` });
    await open();
    for (const [name, given] of [
      ["cut.mp4", film({ name: "cut.mp4", options: H264 }).subarray(0, 20_000)],
      ["half.mp4", first.subarray(0, first.length / 2)],
      ["name.mov", Buffer.from(`\0\0\0\x14ftypqt  ${"x".repeat(9999)}`)],
    ] as const) {
      await choose(name, given);
      await sheet()
        .getByText(
          /^This (can't be played in the app|video can't be made ready here: .*)\. You can send it as a file\.$/,
        )
        .waitFor();
      assert.ok(await sending().isDisabled());
      await sheet()
        .getByRole("checkbox", { name: /Send as a file/ })
        .check();
      const sent = await send();
      assert.deepEqual([sent.kind, sent.name], [DOCUMENT, name]);
      assert.deepEqual(sent.file, given);
    }
  });
});
