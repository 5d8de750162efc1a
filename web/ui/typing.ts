// SPDX-License-Identifier: AGPL-3.0-or-later

/** Puts text in the place of [begin, end) of a field as if it were typed: the field's own keys take it back. */
export function typeInto(field: HTMLTextAreaElement, begin: number, end: number, text: string): void {
  field.focus();
  field.setSelectionRange(begin, end);
  // No other way keeps what can be taken back; a browser without it has this one.
  const typed = text === "" ? document.execCommand?.("delete") : document.execCommand?.("insertText", false, text);
  if (typed) return;
  field.setRangeText(text, begin, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
