// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// Lines on a picture: by what a pointer does, and what buttons and keys take back.
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Attached, AttachmentsViewModel } from "../view-models/attachments";
import { MARKS_MAX, pathOf, PEN_COLOURS, type Mark, type Stroke } from "../view-models/drawing";
import { UNEDITED } from "../view-models/media_port";
import { DrawSheet } from "./draw_sheet";

vi.mock("../view-models/drawing", { spy: true });

const edit = vi.fn(async () => undefined);
const forgetPreview = vi.fn();
const onClose = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
  };
  Object.assign(SVGElement.prototype, { setPointerCapture: () => undefined });
  Object.assign(SVGElement.prototype, { getScreenCTM: () => ({ inverse: () => ({}) }) });
  vi.stubGlobal(
    "DOMPoint",
    class {
      constructor(
        readonly x: number,
        readonly y: number,
      ) {}
      matrixTransform() {
        return this;
      }
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open(marks: readonly Mark[] = []): Promise<Element> {
  const model = { plainPreview: async () => "blob:plain", forgetPreview, edit } as unknown as AttachmentsViewModel;
  const looked = { kind: "picture", type: "image/jpeg", width: 400, height: 300, durationMs: 0, trouble: "" };
  const item = { id: "1", name: "lake.jpg", looked, edits: { ...UNEDITED, marks } } as unknown as Attached;
  render(<DrawSheet item={item} model={model} onClose={onClose} />);
  return waitFor(() => screen.getByRole("img", { hidden: true }));
}
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name, hidden: true }));
const isDisabled = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name, hidden: true }).disabled;
function draw(paper: Element, ...places: [number, number][]): void {
  const at = ([clientX, clientY]: [number, number]) => ({ clientX, clientY, button: 0 });
  const tell = (kind: string, place: [number, number]) => {
    const event = new MouseEvent(kind, { bubbles: true, ...at(place) });
    fireEvent(paper, Object.assign(event, { isPrimary: true, pointerId: 1 }));
  };
  const [first = [0, 0], ...rest] = places;
  tell("pointerdown", first);
  for (const each of rest) tell("pointermove", each);
  tell("pointerup", places.at(-1) ?? first);
}
const lines = () => document.querySelectorAll("[data-part=paper] path");
const edited = () => (edit.mock.calls as unknown as [string, { marks: readonly Mark[] }][])[0]?.[1].marks;

it("a line is where the pointer was, in parts of the picture, of the colour and pen that were chosen", async () => {
  const paper = await open();
  press("Blue");
  press("Thick pen");
  draw(paper, [40, 30], [200, 150]);
  expect(lines()).toHaveLength(1);
  expect(lines()[0]?.getAttribute("fill")).toBe(PEN_COLOURS.blue);
  expect(edit).not.toHaveBeenCalled();
  press("Done");
  const [stroke] = edited() as readonly Stroke[];
  expect(stroke?.points).toEqual([
    [0.1, 0.1],
    [0.5, 0.5],
  ]);
  expect(stroke?.width).toBeCloseTo(0.028);
  expect(onClose).toHaveBeenCalledOnce();
});

it("every step can be taken back, also clearing, and what was drawn before the sheet was opened", async () => {
  const before: Stroke = { colour: "#ffffff", width: 0.01, points: [[0.5, 0.5]] };
  const paper = await open([before]);
  draw(paper, [1, 1], [9, 9]);
  expect(lines()).toHaveLength(2);
  press("Clear");
  expect(lines()).toHaveLength(0);
  expect(isDisabled("Clear")).toBe(true);
  press("Undo");
  expect(lines()).toHaveLength(2);
  fireEvent.keyDown(paper, { key: "z", ctrlKey: true });
  expect(lines()).toHaveLength(1);
  press("Undo");
  expect(lines()).toHaveLength(0);
  expect(isDisabled("Undo")).toBe(true);
  press("Done");
  expect(edited()).toEqual([]);
});

it("a line that is there is not drawn anew with the next one", async () => {
  const before: Stroke = { colour: "#ffffff", width: 0.01, points: [[0.5, 0.5]] };
  const paper = await open([before]);
  draw(paper, [1, 1], [5, 5], [9, 9]);
  const drawn = vi.mocked(pathOf).mock.calls.map(([stroke]) => stroke);
  expect(drawn.filter((stroke) => stroke === before)).toHaveLength(1);
  expect(drawn.length).toBeGreaterThan(1);
});

it("what is cancelled changes nothing", async () => {
  draw(await open(), [1, 1], [9, 9]);
  press("Cancel");
  expect(edit).not.toHaveBeenCalled();
  expect(onClose).toHaveBeenCalledOnce();
});

it("says what is chosen, and when there is no room for more", async () => {
  const dot: Stroke = { colour: "#ffffff", width: 0.01, points: [[0.5, 0.5]] };
  const paper = await open(Array.from({ length: MARKS_MAX }, () => dot));
  const pressed = (name: string) => screen.getByRole("button", { name, hidden: true }).getAttribute("aria-pressed");
  expect([pressed("Red"), pressed("Blue"), pressed("Medium pen")]).toEqual(["true", "false", "true"]);
  draw(paper, [1, 1], [9, 9]);
  expect(lines()).toHaveLength(MARKS_MAX);
  expect(screen.getByText("There is no room for more lines.")).toBeTruthy();
});
