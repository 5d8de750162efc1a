// SPDX-License-Identifier: AGPL-3.0-or-later

// A picture that is to be the photo of a profile or a group: looked at, cut, and sealed.
import { failureOf, FailureCode, type SealedFile } from "./core";
import { failureText } from "./failure_text";
import { UNEDITED, type Cut, type Looked, type MediaPort, type MediaWorkshop } from "./media_port";
import { say } from "./say";

/** Of somebody whose photo is chosen, changed and removed. */
export interface PhotoOwner {
  /** An address of what was chosen, to be cut, which `forgetPhoto` ends; "" when it is no picture, and that is said. */
  lookAtPhoto(file: File): Promise<string>;
  forgetPhoto(address: string): void;
  /** Shows a part of a picture to others. */
  setPhoto(file: File, cut: Cut | undefined): Promise<boolean>;
  removePhoto(): Promise<boolean>;
}

/** Rejects when its code can't be fetched. */
export type ReadMedia = () => Promise<MediaPort>;
export const noMediaHere: ReadMedia = () => Promise.reject(new Error("there are no files here"));

class NoPhoto extends Error {}

/** Making a picture rejects with what browsers say; the core has words. */
export function photoText(error: unknown): string {
  if (error instanceof NoPhoto) return say("settings.noPhoto");
  return failureOf(error).code === FailureCode.kUnspecified ? say("settings.photoFailed") : failureText(error);
}

/** What it rejects with has its words in `photoText`. */
export class PhotoChoice {
  constructor(private readonly media: ReadMedia) {}

  async look(file: File): Promise<string> {
    const workshop = await this.workshop();
    return workshop.preview(file, await looked(workshop, file), UNEDITED);
  }

  forget(address: string): void {
    void this.workshop().then(({ forget }) => forget(address));
  }

  async seal(file: File, cut: Cut | undefined): Promise<SealedFile> {
    const { files, workshop } = await this.media();
    const made = await workshop();
    return files.seal(await made.preparePhoto(file, await looked(made, file), cut));
  }

  private async workshop(): Promise<MediaWorkshop> {
    return (await this.media()).workshop();
  }
}

async function looked(workshop: MediaWorkshop, file: File): Promise<Looked> {
  const seen = await workshop.look(file, file.name);
  const isPicture = seen.kind === "picture" || seen.kind === "animation";
  if (!isPicture || seen.trouble !== "") throw new NoPhoto(seen.trouble);
  return seen;
}
