// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * A file that is written in pieces, some of them over what was written before. Each piece is a Blob, which the browser
 * may keep on its disk: never is the whole in the memory of a script.
 */
export class PatchedParts {
  private parts: Blob[] = [];
  private size = 0;

  /** At `at`, which is not beyond the end: RangeError. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number): void {
    if (at > this.size) throw new RangeError(`a gap of ${at - this.size} bytes`);
    const end = at + bytes.length;
    const piece = new Blob([bytes]);
    if (at === this.size) this.parts.push(piece);
    else this.parts = [...this.between(0, at), piece, ...this.between(end, this.size)];
    this.size = Math.max(this.size, end);
  }

  whole(type: string): Blob {
    return new Blob(this.parts, { type });
  }

  private between(from: number, to: number): Blob[] {
    let place = 0;
    return this.parts.flatMap((part) => {
      const begin = Math.max(0, from - place);
      const end = Math.min(part.size, to - place);
      place += part.size;
      return begin < end ? [part.slice(begin, end)] : [];
    });
  }
}
