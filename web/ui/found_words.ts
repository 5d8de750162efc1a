// SPDX-License-Identifier: AGPL-3.0-or-later

// Shows where in a message something was found: by the browser's own highlights, which leave the elements as they are.

const NAME = "found";

/** Marks every place of the texts in a message, until the next call; the places, in their order. */
export function markFound(row: HTMLElement, texts: readonly string[]): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement?.closest(".words") === null) continue;
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
  ranges.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b));
  if ("highlights" in CSS) CSS.highlights.set(NAME, new Highlight(...ranges));
  return ranges;
}
