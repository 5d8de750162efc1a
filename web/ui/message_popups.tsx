// SPDX-License-Identifier: AGPL-3.0-or-later

// What is opened about a message, one at a time. Fetched when somebody first opens something.
import type { ConversationViewModel } from "../view-models/conversation";
import { isPinned, Tick, type Message } from "../view-models/core";
import type { Corrections } from "../view-models/corrections";
import { canReact, isOpenForWords } from "../view-models/group_text";
import { DeleteQuestion } from "./delete_question";
import { ForwardSheet } from "./forward_sheet";
import { PinQuestion } from "./pin_question";
import { MessageInfo } from "./message_info";
import { MessageMenu, type MenuPlace } from "./message_menu";
import type { MessageActions } from "./message_row";
import { MessageVersions } from "./message_versions";
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
  | { kind: "reactions"; ids: readonly string[] }
  /** What it said before it was edited. */
  | { kind: "versions"; message: Message }
  /** For how long it is to be pinned. */
  | { kind: "pin"; message: Message }
  /** To whom these are to be sent once more. */
  | { kind: "forward"; messages: readonly Message[] }
  /** Whether, and for whom, these are to be deleted. */
  | { kind: "delete"; messages: readonly Message[] };

const ReactionPicker = onDemand(() => import("./reaction_picker").then(({ ReactionPicker: picker }) => picker), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

interface MessagePopupsProps {
  popup: MessagePopup;
  model: ConversationViewModel;
  actions: Pick<
    MessageActions,
    "reply" | "replyPrivately" | "copy" | "react" | "remove" | "openConversation" | "openPerson" | "tell"
  >;
  toComposer: () => void;
  onOpen: (popup: MessagePopup) => void;
  onClose: () => void;
}

export function MessagePopups(props: MessagePopupsProps) {
  const { popup, model, actions, toComposer, onClose } = props;
  const { conversation } = useViewModel(model);
  useViewModel(model.timeline);
  const { now, reacting } = aboutIn(props);
  const takeBack = (message: Message) => actions.react(message, message.reactions?.own ?? "");
  switch (popup.kind) {
    case "menu":
      return <MenuOf {...props} place={{ ...popup, message: now(popup.message) }} />;
    case "info":
      return <MessageInfo message={popup.message} receiptsOf={model.receipts} onClose={onClose} />;
    case "versions":
      return <MessageVersions message={popup.message} model={model} onPerson={actions.openPerson} onClose={onClose} />;
    case "pin": {
      const pin = async (days: number) => (await model.corrections()).pin(popup.message, days);
      return <PinQuestion onPin={(days) => void pin(days)} onClose={onClose} />;
    }
    case "forward":
      return (
        <ForwardSheet
          messages={popup.messages}
          model={model}
          tell={actions.tell}
          openConversation={actions.openConversation}
          onClose={onClose}
        />
      );
    case "delete":
      return (
        <DeleteQuestion
          messages={popup.messages}
          model={model}
          tell={actions.tell}
          toComposer={toComposer}
          onClose={onClose}
        />
      );
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

const aboutIn = ({ model, actions, onOpen }: MessagePopupsProps) => ({
  /** While something is open about it, it gets its ticks, and what can be done with it then. */
  now: (message: Message) => model.timeline.message(message.id) ?? message,
  reacting: (at: Anchor) => ({
    onReact: actions.react,
    onOther: (message: Message) => onOpen({ kind: "emoji", message, at }),
  }),
});

function MenuOf({ place, ...props }: MessagePopupsProps & { place: MenuPlace }) {
  const { model, actions, toComposer, onOpen, onClose } = props;
  const { conversation } = useViewModel(model);
  const { message } = place;
  const correct = async (act: (corrections: Corrections) => unknown) => act(await model.corrections());
  const select = async (messages: readonly Message[]) => {
    const row = rowOf(messages);
    await correct((corrections) => corrections.select(messages));
    row?.focus();
  };
  const edit = async () => {
    await correct((corrections) => corrections.edit(message));
    toComposer();
  };
  return (
    <MessageMenu
      place={place}
      conversation={conversation}
      reacting={canReact(conversation, message) ? aboutIn(props).reacting(place) : undefined}
      onReply={actions.reply}
      onReplyPrivately={model.isForPrivateReply(message) ? actions.replyPrivately : undefined}
      onCopy={actions.copy}
      onEdit={() => void edit()}
      onVersions={() => onOpen({ kind: "versions", message })}
      onForward={() => onOpen({ kind: "forward", messages: [message] })}
      onPin={() => (isPinned(message) ? void correct(({ pin }) => pin(message)) : onOpen({ kind: "pin", message }))}
      onStar={() => void correct(({ star }) => star([message], !message.starred))}
      onSelect={(messages) => void select(messages)}
      onDelete={() =>
        message.tick === Tick.kFailed ? actions.remove(message) : onOpen({ kind: "delete", messages: [message] })
      }
      onInfo={conversation.peer.case === "self" ? undefined : () => onOpen({ kind: "info", message })}
      onClose={onClose}
    />
  );
}

const rowOf = (messages: readonly Message[]): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-message][data-key="${messages.at(-1)?.id ?? ""}"]`);
