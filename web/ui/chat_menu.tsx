// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { PopupMenu } from "./popup_menu";

interface ChatMenuProps {
  /** The button that opens it. */
  opener: HTMLElement;
  onSearchHere: () => void;
  onSearchAll: () => void;
  onClose: () => void;
}

/** What else can be done with a conversation: the menu in its head. */
export default function ChatMenu({ opener, onSearchHere, onSearchAll, onClose }: ChatMenuProps) {
  return (
    <PopupMenu
      label={say("chatMenu.more")}
      at={opener}
      onClose={onClose}
      items={[
        { icon: "search", label: say("chatSearch.searchThisChat"), act: onSearchHere },
        { icon: "chats", label: say("chatMenu.searchAll"), act: onSearchAll },
      ]}
    />
  );
}
