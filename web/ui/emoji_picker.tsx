// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useRef } from "react";

import { moveFocusByArrows } from "./arrow_keys";

const SECTIONS: readonly (readonly [string, string])[] = [
  [
    "Faces",
    "😀 😄 😁 😂 🤣 🙂 😉 😊 😇 🥰 😍 😘 😋 😜 🤪 🤗 🤭 🤔 🤨 😐 😏 🙄 😬 😌 😴 🤒 🥳 😎 🤓 😕 😟 😮 😳 🥺 😢 😭 😱 😤 😡 🤯",
  ],
  ["Hands and hearts", "👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 🙏 💪 👋 🫶 ❤️ 🧡 💛 💚 💙 💜 🖤 💔 💖 ✨ 🔥 🎉"],
  [
    "Days and things",
    "☕ 🍵 🍷 🍺 🍕 🍰 🍎 🥐 🏡 🚆 🚲 ✈️ ⛰️ 🌊 ☀️ 🌧️ ❄️ 🌸 🌳 🐶 🐱 🎂 🎁 🎵 📷 💡 📌 ✅ ❌ ❓ ❗ ⏰",
  ],
];

/** Emoji that people use most. */
export function EmojiPicker({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }) {
  const picker = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target as HTMLElement;
      if (!picker.current?.contains(target) && target.closest(".composer") === null) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  });
  return (
    <div
      className="emoji-picker"
      ref={picker}
      role="group"
      aria-label="Emoji"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
        if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
          const next = event.key === "ArrowLeft" ? "previousElementSibling" : "nextElementSibling";
          (document.activeElement?.[next] as HTMLElement | null | undefined)?.focus();
          event.preventDefault();
        } else {
          moveFocusByArrows(event, "button");
        }
      }}
    >
      {SECTIONS.map(([title, emoji]) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <div>
            {emoji.split(" ").map((each) => (
              <button key={each} type="button" onClick={() => onPick(each)}>
                {each}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
