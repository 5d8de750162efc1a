// SPDX-License-Identifier: AGPL-3.0-or-later

// A picture that is to be the photo of a profile or a group: looked at, cut, and sealed.
import { failureOf, FailureCode, type SealedFile } from "./core";
import { failureText } from "./failure_text";
import { UNEDITED, type Cut, type Looked, type MediaPort, type MediaWorkshop } from "./media_port";
import { say } from "./say";

/** Rejects when its code can't be fetched. */
export type ReadMedia = () => Promise<MediaPort>;
export const noMediaHere: ReadMedia = () => Promise.reject(new Error("there are no files here"));

class NoPhoto extends Error {}

/** Making a picture rejects with what browsers say; the core has words. */
function photoText(error: unknown): string {
  if (error instanceof NoPhoto) return say("settings.noPhoto");
  return failureOf(error).code === FailureCode.kUnspecified ? say("settings.photoFailed") : failureText(error);
}

type PhotoChange = { photo: SealedFile } | { removePhoto: true };

/** The photo of somebody, or of a group: `change` shows it to others, and `act` says what went wrong. */
export class PhotoChoice {
  constructor(
    private readonly media: ReadMedia,
    private readonly act: (what: () => Promise<void>, words?: (error: unknown) => string) => Promise<boolean>,
    private readonly change: (change: PhotoChange) => Promise<void>,
  ) {}

  /** An address of what was chosen, to be cut, which `forget` ends; "" when it is no picture, and that is said. */
  readonly look = async (file: File): Promise<string> => {
    let address = "";
    await this.act(async () => {
      const workshop = await this.workshop();
      address = await workshop.preview(file, await looked(workshop, file), UNEDITED);
    }, photoText);
    return address;
  };

  readonly forget = (address: string): void => {
    void this.workshop().then(({ forget }) => forget(address));
  };

  /** Shows a part of a picture to others. */
  readonly set = (file: File, cut: Cut | undefined): Promise<boolean> =>
    this.act(async () => {
      const { files, workshop } = await this.media();
      const made = await workshop();
      await this.change({ photo: await files.seal(await made.preparePhoto(file, await looked(made, file), cut)) });
    }, photoText);

  readonly remove = (): Promise<boolean> => this.act(() => this.change({ removePhoto: true }));

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
