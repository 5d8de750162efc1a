// SPDX-License-Identifier: AGPL-3.0-or-later

// The right pane: head, messages, composer of the open conversation.
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";

import { wallpaperOf } from "../view-models/appearance";
import { isMuted } from "../view-models/arrangement";
import type { ConversationViewModel } from "../view-models/conversation";
import {
  avatarIdOf,
  directOf,
  groupOf,
  partnerHandle,
  PresenceKind,
  Role,
  textOf,
  titleOf,
  type Conversation,
  type Message,
  type Person,
  type Quote,
} from "../view-models/core";
import { isOpenForWords, membersLine, typingText } from "../view-models/group_text";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { lastSeenText, millis } from "../view-models/time_text";
import { useAppearance } from "./appearance_context";
import { arrangeItems } from "./arrange_items";
import { Avatar } from "./avatar";
import { Composer } from "./composer";
import { copyText } from "./copy_text";
import type { ConversationRowActions } from "./conversation_rows";
import type { Ending } from "./ending_question";
import { GroupProgressLine } from "./group_progress";
import { isFocusLost } from "./focus_return";
import { Icon } from "./icons";
import { isEscape } from "./keys";
import { useListing } from "./listing";
import { MessageList } from "./message_list";
import type { MessageActions } from "./message_row";
import { useMuting } from "./muting";
import { useRemoving } from "./removing";
import { searchAll } from "./search_all";
import { NARROW, useMedia } from "./use_media";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import { wallpaperStyle } from "./wallpaper";
import { MissingPopup, onDemand } from "./on_demand";
import styles from "./conversation_pane.module.css";
import buttons from "./parts/button.module.css";
import panes from "./parts/pane.module.css";
import hidden from "./parts/hidden.module.css";

/** Fetched when somebody first opens it. */
const ChatMenu = onDemand(() => import("./chat_menu").then(({ default: menu }) => menu), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

/** Fetched when somebody first attaches a file. */
const AttachSheet = onDemand(() => import("./attach_sheet").then(({ AttachSheet: sheet }) => sheet), {
  missing: (missing, { conversationModel }) => <MissingPopup {...missing} onClose={conversationModel.stopAttaching} />,
});

/** The partner's identity has changed, and something waits until the user agrees to it. */
const waitsForAgreement = (conversation: Conversation): boolean => {
  const { heldMessages = 0, identityPending = false } = directOf(conversation) ?? {};
  return heldMessages > 0 || identityPending;
};

const EndingQuestion = onDemand(() => import("./ending_question").then(({ EndingQuestion: question }) => question), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

const ExportQuestion = onDemand(() => import("./export_question").then(({ default: question }) => question), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

/** Fetched when somebody first chooses several messages. */
const SelectionBar = onDemand(() => import("./selection_bar").then(({ SelectionBar: bar }) => bar));

/** Fetched when a message is pinned. */
const PinnedBar = onDemand(() => import("./pinned_bar").then(({ PinnedBar: bar }) => bar), { missing: () => null });

const IdentityBanner = onDemand(() => import("./identity_banner").then(({ IdentityBanner: banner }) => banner));
const DropZone = onDemand(() => import("./drop_zone").then(({ DropZone: zone }) => zone), { missing: () => null });
const ChatSearch = onDemand(() => import("./chat_search").then(({ ChatSearch: search }) => search));

/** What the pane asks of the app around it. */
export interface ConversationPaneActions {
  closeConversation: () => void;
  openDetails: () => void;
  closeDetails: () => void;
  toggleDetails: () => void;
  openConversation: (id: string) => unknown;
  /** Opens the conversation with a member of the group. */
  openPerson: (person: Person) => unknown;
  /** Answers a message of the group to its author alone. */
  replyPrivately: (message: Message) => unknown;
  /** Brings what a message quotes into view. */
  openQuoted: (quote: Quote) => unknown;
  openSearch: () => void;
  /** Gives its file to the browser's downloads. */
  saveMedia: (message: Message) => unknown;
  /** Shows its picture alone. */
  viewMedia: (message: Message) => unknown;
  /** A short word on what was done. */
  tell: MessageActions["tell"];
  readonly arrangement: ConversationRowActions["arrangement"];
  readonly withCore: ConversationRowActions["withCore"];
}

interface ConversationPaneProps {
  model: ConversationViewModel;
  details: boolean;
  /** The same object from one rendering to the next. */
  actions: ConversationPaneActions;
}

export function ConversationPane({ model, details, actions }: ConversationPaneProps) {
  const narrow = useMedia(NARROW);
  const { conversation, attaching, recording, selecting } = useViewModel(model);
  const pane = useRef<HTMLElement>(null);
  const onFiles = useCallback((files: File[]) => void model.attach(files), [model]);
  const { open: searching } = useViewModel(model.search);
  const field = useRef<HTMLTextAreaElement>(null);
  const messageActions = useMessageActions(model, actions, field);

  useComingAndGoing(model, field);
  const wallpaper = wallpaperOf(useAppearance(), model.id);
  const toComposer = () => field.current?.focus();
  const escape = () => {
    const { editing, quoted } = model.composer.snapshot();
    if (editing !== undefined) model.composer.cancelEdit();
    else if (details) actions.closeDetails();
    else if (quoted !== undefined) model.composer.cancelQuote();
    else actions.closeConversation();
  };
  const stopSelecting = () => {
    model.stopSelecting();
    requestAnimationFrame(() => isFocusLost() && toComposer());
  };
  return (
    <main
      ref={pane}
      className={`${panes.pane} ${panes.well}`}
      data-pane="conversation"
      style={wallpaperStyle(wallpaper)}
      aria-label={say("conversation.label", { title: titleOf(conversation) })}
      onKeyDown={(event) => {
        if (!isEscape(event) || event.defaultPrevented) return;
        event.stopPropagation();
        if (selecting !== undefined) stopSelecting();
        else escape();
      }}
    >
      <h1 className={hidden.hidden}>{titleOf(conversation)}</h1>
      <Header model={model} actions={actions} />
      <Pinned model={model} />
      {searching && <ChatSearch model={model.search} onClosed={() => document.getElementById(MENU_ID)?.focus()} />}
      <MessageList
        key={model.id}
        model={model}
        actions={messageActions}
        covered={details && narrow}
        toComposer={toComposer}
      />
      {waitsForAgreement(conversation) && <IdentityBanner model={model} onCompare={actions.openDetails} />}
      <GroupProgressLine model={model} />
      {(selecting === undefined || recording !== undefined) && (
        <Composer key={`composer-${model.id}`} model={model} field={field} />
      )}
      {selecting !== undefined && (
        <SelectionBar
          model={model}
          selection={selecting}
          tell={actions.tell}
          openConversation={actions.openConversation}
          toComposer={toComposer}
          onClose={stopSelecting}
        />
      )}
      {isOpenForWords(conversation) && <DropZone on={pane} title={titleOf(conversation)} onFiles={onFiles} />}
      {attaching !== undefined && <AttachSheet model={attaching} conversationModel={model} />}
    </main>
  );
}

function Pinned({ model }: { model: ConversationViewModel }) {
  const { messages } = useViewModel(model.pinned);
  return messages.length === 0 ? null : <PinnedBar model={model} />;
}

function useComingAndGoing(model: ConversationViewModel, field: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    addEventListener("pagehide", model.leave);
    return () => removeEventListener("pagehide", model.leave);
  }, [model]);
  useEffect(() => {
    // On touch screens the keyboard would cover half of what one wants to read.
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [model, field]);
}

/** The same object from one rendering to the next. */
function useMessageActions(
  model: ConversationViewModel,
  actions: ConversationPaneActions,
  field: RefObject<HTMLTextAreaElement | null>,
): MessageActions {
  return useMemo<MessageActions>(
    () => ({
      openQuoted: actions.openQuoted,
      replyPrivately: (message) => void actions.replyPrivately(message),
      openDetails: actions.openDetails,
      openPerson: (person) => void actions.openPerson(person),
      openConversation: (id) => void actions.openConversation(id),
      reply: (message) => {
        if (message.body.case === "deleted") return;
        model.composer.quote(message);
        field.current?.focus();
      },
      copy: (message) =>
        void copyText(textOf(message)).then((copied) =>
          actions.tell(say(copied ? "conversation.copied" : "common.cantCopy")),
        ),
      react: (message, emoji) => void model.react(message, emoji),
      fetchMedia: model.fetchMedia,
      cancelMedia: model.cancelMedia,
      saveMedia: actions.saveMedia,
      viewMedia: actions.viewMedia,
      sendAgain: (message) => void model.sendAgain(message),
      remove: (message) => void model.deleteFailed(message),
      select: (messages, range) => model.snapshot().selecting?.toggle(messages, range),
      tell: actions.tell,
    }),
    [model, actions, field],
  );
}

function Header({ model, actions }: { model: ConversationViewModel; actions: ConversationPaneActions }) {
  const { conversation } = useViewModel(model);
  const status = useStatus(conversation);
  const now = useNow();
  const direct = directOf(conversation);
  const group = groupOf(conversation);
  const isNote = conversation.peer.case === "self";
  const ofPerson = isNote ? "common.noteInfo" : "common.contactDetails";
  const details = say(group === undefined ? ofPerson : "common.groupInfo");
  const hasDetails = direct !== undefined || group !== undefined || isNote;
  return (
    <header className={`${panes.header} ${styles.conversationHeader}`}>
      <button
        type="button"
        className={`${buttons.iconButton} ${styles.back}`}
        aria-label={say("conversation.back")}
        onClick={actions.closeConversation}
      >
        <Icon name="back" />
      </button>
      <button type="button" className={styles.partner} disabled={!hasDetails} onClick={actions.toggleDetails}>
        <Avatar
          id={avatarIdOf(conversation)}
          title={titleOf(conversation)}
          size="small"
          group={group !== undefined}
          className={styles.picture}
        />
        <span className={styles.names}>
          <span className={styles.name}>
            <span dir="auto">{titleOf(conversation)}</span>
            {direct?.verified === true && <Icon name="shield" />}
            {isMuted(conversation, now) && (
              <span
                className={styles.muted}
                role="img"
                aria-label={say("arrange.isMuted")}
                title={say("arrange.isMuted")}
              >
                <Icon name="bellOff" />
              </span>
            )}
          </span>
          <span
            className={`${styles.status} ${status.kind === "" ? "" : styles[status.kind]}`}
            data-part="status"
            aria-live="polite"
          >
            {status.text}
          </span>
        </span>
      </button>
      {hasDetails && (
        <button
          type="button"
          className={buttons.iconButton}
          id="open-details"
          aria-label={details}
          title={details}
          onClick={actions.toggleDetails}
        >
          <Icon name="info" />
        </button>
      )}
      <MenuButton model={model} actions={actions} />
    </header>
  );
}

const MENU_ID = "open-chat-menu";

function MenuButton({ model, actions }: { model: ConversationViewModel; actions: ConversationPaneActions }) {
  const { conversation } = useViewModel(model);
  const [opener, setOpener] = useState<HTMLElement>();
  const [asking, setAsking] = useState<Ending | "export">();
  const muting = useMuting(actions.arrangement.mute);
  const removing = useRemoving(actions.arrangement);
  const listing = useListing(actions.withCore);
  const direct = directOf(conversation);
  const group = groupOf(conversation);
  const onLeave = group === undefined || group.role === Role.kNone ? undefined : () => setAsking("leave");
  const onBlock = (blocked: boolean) => (blocked ? setAsking("block") : void model.setBlocked(false));
  return (
    <>
      <button
        type="button"
        className={buttons.iconButton}
        id={MENU_ID}
        aria-label={say("chatMenu.more")}
        aria-haspopup="menu"
        aria-expanded={opener !== undefined}
        title={say("chatMenu.more")}
        onClick={(event) => setOpener(event.currentTarget)}
      >
        <Icon name="more" />
      </button>
      {opener !== undefined && (
        <ChatMenu
          opener={opener}
          partner={direct && { blocked: direct.blocked, onDetails: actions.openDetails, onBlock }}
          group={group && { onDetails: actions.openDetails, onLeave }}
          note={conversation.peer.case === "self" ? { onDetails: actions.openDetails } : undefined}
          arrange={arrangeItems(conversation, actions.arrangement, { onMute: muting.ask, onLists: listing.ask })}
          removal={removing.items(conversation)}
          onExport={() => setAsking("export")}
          onSearchHere={model.search.open}
          onSearchAll={() => searchAll(actions)}
          onClose={() => setOpener(undefined)}
        />
      )}
      {muting.question}
      {listing.question}
      {removing.question}
      {asking === "export" && <ExportQuestion model={model} onClose={() => setAsking(undefined)} />}
      {asking !== undefined && asking !== "export" && (
        <EndingQuestion
          ending={asking}
          title={titleOf(conversation)}
          onConfirm={() => void (asking === "block" ? model.setBlocked(true) : model.leaveGroup())}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

function useStatus(conversation: Conversation): { text: string; kind: "" | "typing" | "lively" } {
  const presence = directOf(conversation)?.presence;
  const handle = partnerHandle(conversation);
  const now = useNow();
  const typing = typingText(conversation);
  if (typing !== "") return { text: typing, kind: "typing" };
  if (groupOf(conversation) !== undefined) return { text: membersLine(conversation), kind: "" };
  switch (presence?.kind) {
    case PresenceKind.kOnline:
      return { text: say("conversation.online"), kind: "lively" };
    case PresenceKind.kLastSeen:
      return { text: lastSeenText(millis(presence.lastSeenUs), now), kind: "" };
    default:
      return { text: handle === "" || conversation.title === handle ? "" : formatPhone(handle), kind: "" };
  }
}
