// SPDX-License-Identifier: AGPL-3.0-or-later

// What is opened about a message, one at a time. Fetched when somebody first opens something.
import type { ConversationViewModel } from "../view-models/conversation";
import type { Message } from "../view-models/core";
import { canReact, isOpenForWords } from "../view-models/group_text";
import { MessageInfo } from "./message_info";
import { MessageMenu, type MenuPlace } from "./message_menu";
import type { MessageActions } from "./message_row";
import { MissingPopup, onDemand } from "./on_demand";
import type { Anchor } from "./popup_menu";
import { ReactionBar } from "./reaction_bar";
import { ReactionList } from "./reaction_list";
import { useViewModel } from "./use_view_model";

export type MessagePopup =
  | ({ kind: "menu" } & MenuPlace)
  | { kind: "info"; message: Message }
  /** The emoji to say something with, above `over`; `row` has the focus again afterwards. */
  | { kind: "react"; message: Message; row: HTMLElement; over: Element }
  /** All emoji. */
  | { kind: "emoji"; message: Message; at: Anchor }
  /** Who has said what to these. */
  | { kind: "reactions"; ids: readonly string[] };

const ReactionPicker = onDemand(() => import("./reaction_picker").then(({ ReactionPicker: picker }) => picker), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

interface MessagePopupsProps {
  popup: MessagePopup;
  model: ConversationViewModel;
  actions: Pick<MessageActions, "reply" | "replyPrivately" | "copy" | "react">;
  onOpen: (popup: MessagePopup) => void;
  onClose: () => void;
}

export function MessagePopups({ popup, model, actions, onOpen, onClose }: MessagePopupsProps) {
  const { conversation } = useViewModel(model);
  useViewModel(model.timeline);
  /** While something is open about it, it gets its ticks, and what can be done with it then. */
  const now = (message: Message) => model.timeline.message(message.id) ?? message;
  const reacting = (at: Anchor) => ({
    onReact: actions.react,
    onOther: (message: Message) => onOpen({ kind: "emoji", message, at }),
  });
  const takeBack = (message: Message) => actions.react(message, message.reactions?.own ?? "");
  switch (popup.kind) {
    case "menu": {
      const place = { ...popup, message: now(popup.message) };
      return (
        <MessageMenu
          place={place}
          reacting={canReact(conversation, place.message) ? reacting(place) : undefined}
          onReply={actions.reply}
          onReplyPrivately={model.isForPrivateReply(place.message) ? actions.replyPrivately : undefined}
          onCopy={actions.copy}
          onInfo={
            conversation.peer.case === "self" ? undefined : (message: Message) => onOpen({ kind: "info", message })
          }
          onClose={onClose}
        />
      );
    }
    case "info":
      return <MessageInfo message={popup.message} receiptsOf={model.receipts} onClose={onClose} />;
    case "react":
      return <ReactionBar {...popup} {...reacting(popup.over)} message={now(popup.message)} onClose={onClose} />;
    case "emoji":
      return (
        <ReactionPicker at={popup.at} onPick={(emoji) => actions.react(now(popup.message), emoji)} onClose={onClose} />
      );
    case "reactions": {
      const messages = popup.ids.flatMap((id) => model.timeline.message(id) ?? []);
      return (
        <ReactionList
          messages={messages}
          reactionsTo={model.reactions}
          onTakeBack={isOpenForWords(conversation) ? takeBack : undefined}
          onClose={onClose}
        />
      );
    }
  }
}
