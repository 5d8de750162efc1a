// SPDX-License-Identifier: AGPL-3.0-or-later

// Shows where in messages something was found: by the browser's own highlights, which leave the elements as they are.

/** Where somebody has been brought to; and everywhere else. */
const HERE = "found";
const ELSEWHERE = "found-elsewhere";

/**
 * Every place of the texts in what somebody wrote in a row, in their order. They are of the text as it was written:
 * what has marks in it that are not shown is found without those.
 */
export function placesOf(row: HTMLElement, texts: readonly string[]): Range[] {
  if (texts.length === 0) return [];
  const ranges = [...row.querySelectorAll("[data-words]")].flatMap((words) => placesIn(words, new Set(texts)));
  return ranges.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b));
}

function placesIn(words: Element, texts: ReadonlySet<string>): Range[] {
  const nodes: { node: Node; begin: number }[] = [];
  let shown = "";
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    nodes.push({ node, begin: shown.length });
    shown += node.nodeValue ?? "";
  }
  const ranges: Range[] = [];
  for (const each of texts) {
    const text = shown.includes(each) ? each : each.replace(/[*_~`]/g, "");
    for (let at = shown.indexOf(text); at >= 0 && text !== ""; at = shown.indexOf(text, at + text.length)) {
      const first = nodes.findLast(({ begin }) => begin <= at);
      const last = nodes.findLast(({ begin }) => begin < at + text.length);
      if (first === undefined || last === undefined) continue;
      const range = new Range();
      range.setStart(first.node, at - first.begin);
      range.setEnd(last.node, at + text.length - last.begin);
      ranges.push(range);
    }
  }
  return ranges;
}

/** Marks these places, in place of all that were marked before. */
export function showFound(here: readonly Range[], elsewhere: readonly Range[]): void {
  if (typeof CSS === "undefined" || !("highlights" in CSS)) return;
  CSS.highlights.set(HERE, new Highlight(...here));
  CSS.highlights.set(ELSEWHERE, new Highlight(...elsewhere));
}
