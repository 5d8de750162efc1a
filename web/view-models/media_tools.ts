// SPDX-License-Identifier: AGPL-3.0-or-later

// What the app does with files, wherever one is looked at: what plays, what is being sent, what is handed on. Fetched
// when the first message with a file is shown, or somebody first sends one.
import type { Core, Message } from "./core";
import { handingOver, type HandingOver } from "./handing_over";
import type { MediaPort } from "./media_port";
import { PlayerViewModel } from "./player";
import { SendingFilesViewModel } from "./sending_files";

export class MediaTools {
  readonly player: PlayerViewModel;
  readonly sending: SendingFilesViewModel;
  readonly handing: HandingOver;

  constructor(
    core: Core,
    readonly media: MediaPort,
    onSent: (message: Message) => void,
  ) {
    this.player = new PlayerViewModel(core, media);
    this.sending = new SendingFilesViewModel(core, media.files, onSent);
    this.handing = handingOver(media);
  }

  /** What was of another account. */
  forget(): void {
    this.player.stop();
    this.sending.clear();
  }

  dispose(): void {
    this.player.dispose();
    this.sending.dispose();
  }
}
