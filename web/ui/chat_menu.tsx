// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { PopupMenu, type PopupItem } from "./popup_menu";

interface ChatMenuProps {
  /** The button that opens it. */
  opener: HTMLElement;
  /** Of a conversation with somebody; undefined in any other. */
  partner: { blocked: boolean; onDetails: () => void; onBlock: (blocked: boolean) => void } | undefined;
  /** Of one with a group; what can't be left has been left. */
  group: { onDetails: () => void; onLeave: (() => void) | undefined } | undefined;
  /** Of what one writes to oneself. */
  note: { onDetails: () => void } | undefined;
  /** Pinning, muting, archiving. */
  arrange: readonly PopupItem[];
  /** Clearing and deleting it. */
  removal: readonly PopupItem[];
  onExport: () => void;
  onSearchHere: () => void;
  onSearchAll: () => void;
  onClose: () => void;
}

/** What else can be done with a conversation: the menu in its head. */
export default function ChatMenu({
  opener,
  partner,
  group,
  note,
  arrange,
  removal,
  onExport,
  onSearchHere,
  onSearchAll,
  onClose,
}: ChatMenuProps) {
  const items: PopupItem[] = [
    { icon: "search", label: say("chatSearch.searchThisChat"), act: onSearchHere },
    { icon: "chats", label: say("chatMenu.searchAll"), act: onSearchAll },
  ];
  if (partner !== undefined) items.push({ icon: "info", label: say("common.contactDetails"), act: partner.onDetails });
  if (group !== undefined) items.push({ icon: "info", label: say("common.groupInfo"), act: group.onDetails });
  if (note !== undefined) items.push({ icon: "info", label: say("common.noteInfo"), act: note.onDetails });
  items.push(...arrange, { icon: "download", label: say("chatMenu.export"), act: onExport });
  if (partner !== undefined) {
    const { blocked, onBlock } = partner;
    items.push({
      icon: "block",
      label: say(blocked ? "common.unblock" : "common.block"),
      act: () => onBlock(!blocked),
    });
  }
  if (group?.onLeave !== undefined) items.push({ icon: "leave", label: say("group.leave"), act: group.onLeave });
  items.push(...removal);
  return <PopupMenu label={say("chatMenu.more")} at={opener} onClose={onClose} items={items} />;
}
