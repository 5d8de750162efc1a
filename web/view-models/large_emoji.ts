// SPDX-License-Identifier: AGPL-3.0-or-later

// Which messages are shown large, without a bubble.

const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const MOST = 3;
/** The longest emoji there is has 15 units; three of them with spaces between stay below. */
const UNITS_MAX = 64;

/** As a constructor: engines without sets in expressions then use the simpler one. */
function emojiPattern(): RegExp {
  try {
    return new RegExp("^\\p{RGI_Emoji}$", "v");
  } catch {
    return /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Regional_Indicator}{2}).*$/u;
  }
}
const EMOJI = emojiPattern();

/**
 * Whether the text is one to three emoji and nothing else. Signs that are text unless told otherwise (©, 1, ❤ without
 * U+FE0F) are no emoji.
 */
export function isOnlyEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > UNITS_MAX) return false;
  const shown = [...signs.segment(trimmed)].map(({ segment }) => segment).filter((each) => each.trim() !== "");
  return shown.length <= MOST && shown.every((each) => EMOJI.test(each));
}
