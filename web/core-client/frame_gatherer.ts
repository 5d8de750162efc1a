// SPDX-License-Identifier: AGPL-3.0-or-later

// Frames on their way from sockets to the core. Those that come together are handed over together, because each input
// of the core is a transaction with a sync of its own: a frame waits until the tasks that are due now are done, and no
// longer.
//
// Order: as they came; a frame of another socket hands over what was gathered first.
// Limits: FRAMES_MAX frames or BYTES_MAX bytes are handed over at once (the core takes inputs of 16 MiB).

const FRAMES_MAX = 64;
const BYTES_MAX = 1024 * 1024;

export class FrameGatherer {
  private frames: Uint8Array[] = [];
  private socket = 0;
  private bytes = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly hand: (socket: number, frames: Uint8Array[]) => void) {}

  add(socket: number, frame: Uint8Array): void {
    if (socket !== this.socket) this.flush();
    this.socket = socket;
    this.frames.push(frame);
    this.bytes += frame.length;
    if (this.frames.length >= FRAMES_MAX || this.bytes >= BYTES_MAX) this.flush();
    else this.timer ??= setTimeout(() => this.flush());
  }

  /** Hands over what there is now: before anything else is. */
  flush(): void {
    const { socket, frames } = this;
    this.drop();
    if (frames.length > 0) this.hand(socket, frames);
  }

  drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.frames = [];
    this.bytes = 0;
  }
}
