// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";

import type { MediaPort } from "../view-models/media_port";
import { noMedia } from "../view-models/no_media";
import { PhotoChoice } from "../view-models/photo_choice";
import area from "./crop_area.module.css";
import { PhotoButtons } from "./photo_buttons";
import { stubPage } from "./testing/whole_app";
// Fetched when it is wanted: here at once.
import "./photo_crop_sheet";

beforeAll(stubPage);
afterEach(cleanup);

const workshop = { look: async () => ({ kind: "picture", trouble: "" }), preview: async () => "blob:chosen" };
const media = { ...noMedia, workshop: async () => workshop } as unknown as MediaPort;
const act = async (what: () => Promise<void>) => what().then(() => true);
const photo = new PhotoChoice(
  async () => media,
  act,
  async () => undefined,
);

it.each([
  { group: false, shape: "reactEasyCrop_CropAreaRound", not: area.soft },
  { group: true, shape: area.soft, not: "reactEasyCrop_CropAreaRound" },
])("a photo is cut in the shape in which it is shown (of a group: $group) [F34]", async ({ group, shape, not }) => {
  render(<PhotoButtons photo={photo} group={group} has={false} busy={false} question="" consequence="" />);
  const choice = document.querySelector("[data-choose=photo]") as HTMLInputElement;
  fireEvent.change(choice, { target: { files: [new File(["x"], "lake.jpg")] } });
  const picture = (await screen.findByTestId("container")).querySelector("img");
  fireEvent.load(picture as HTMLImageElement);
  const classes = [...screen.getByTestId("cropper").classList];
  expect(classes).toContain(shape);
  expect(classes).not.toContain(not);
});
