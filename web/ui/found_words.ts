// SPDX-License-Identifier: AGPL-3.0-or-later

// Shows where in messages something was found: by the browser's own highlights, which leave the elements as they are.

/** Where somebody has been brought to; and everywhere else. */
const HERE = "found";
const ELSEWHERE = "found-elsewhere";

/** Every place of the texts in what somebody wrote in a row, in their order. */
export function placesOf(row: HTMLElement, texts: readonly string[]): Range[] {
  const ranges: Range[] = [];
  if (texts.length === 0) return ranges;
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement?.closest("[data-words]") === null) continue;
    const written = node.nodeValue ?? "";
    for (const text of new Set(texts)) {
      for (let at = written.indexOf(text); at >= 0 && text !== ""; at = written.indexOf(text, at + text.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        ranges.push(range);
      }
    }
  }
  return ranges.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b));
}

/** Marks these places, in place of all that were marked before. */
export function showFound(here: readonly Range[], elsewhere: readonly Range[]): void {
  if (typeof CSS === "undefined" || !("highlights" in CSS)) return;
  CSS.highlights.set(HERE, new Highlight(...here));
  CSS.highlights.set(ELSEWHERE, new Highlight(...elsewhere));
}
