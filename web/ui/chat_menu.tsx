// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { PopupMenu, type PopupItem } from "./popup_menu";

interface ChatMenuProps {
  /** The button that opens it. */
  opener: HTMLElement;
  /** Of a conversation with somebody; undefined in one with oneself. */
  partner: { blocked: boolean; onDetails: () => void; onBlock: (blocked: boolean) => void } | undefined;
  /** Pinning, muting, archiving. */
  arrange: readonly PopupItem[];
  onSearchHere: () => void;
  onSearchAll: () => void;
  onClose: () => void;
}

/** What else can be done with a conversation: the menu in its head. */
export default function ChatMenu({ opener, partner, arrange, onSearchHere, onSearchAll, onClose }: ChatMenuProps) {
  const items: PopupItem[] = [
    { icon: "search", label: say("chatSearch.searchThisChat"), act: onSearchHere },
    { icon: "chats", label: say("chatMenu.searchAll"), act: onSearchAll },
  ];
  if (partner !== undefined) items.push({ icon: "info", label: say("common.contactDetails"), act: partner.onDetails });
  items.push(...arrange);
  if (partner !== undefined) {
    const { blocked, onBlock } = partner;
    items.push({
      icon: "block",
      label: say(blocked ? "common.unblock" : "common.block"),
      act: () => onBlock(!blocked),
    });
  }
  return <PopupMenu label={say("chatMenu.more")} at={opener} onClose={onClose} items={items} />;
}
