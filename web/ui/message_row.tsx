// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo, useContext, useRef, useState } from "react";

import type { TellForAWhile } from "../view-models/corrections";
import { FORWARDS_FAR, isPinned, textOf, Tick, type Message, type Person, type Quote } from "../view-models/core";
import { nameOf, quotedGroupText } from "../view-models/group_text";
import { colourOf } from "../view-models/initials";
import { quoteLine } from "../view-models/preview_text";
import { notSentText } from "../view-models/failure_text";
import { say } from "../view-models/say";
import { clockText, fullTimeText, millis } from "../view-models/time_text";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { useContextMenu } from "./long_press";
import { albumStyle } from "./media_frame";
import { isBare, isWide, MessageBody, MissingFiles, type MessageBodyActions } from "./message_body";
import type { MessagePopup } from "./message_popups";
import { onDemand } from "./on_demand";
import { OwnAccount } from "./own_account";
import { QuotedIn, QuotedPicture } from "./quoted_in";
import { OneLine } from "./rich_text";
import { Ticks } from "./ticks";
import { useLocale } from "./use_locale";
import styles from "./message_row.module.css";
import buttons from "./parts/button.module.css";
import people from "./parts/person.module.css";
import quotes from "./parts/quote.module.css";
import hidden from "./parts/hidden.module.css";

/** What can be done with messages. */
export interface MessageActions extends MessageBodyActions {
  openQuoted: (quote: Quote) => unknown;
  reply: (message: Message) => void;
  /** Of another member of a group: to them alone. */
  replyPrivately: (message: Message) => void;
  copy: (message: Message) => void;
  /** Says something to it with an emoji; the same once more takes it back. */
  react: (message: Message, emoji: string) => void;
  sendAgain: (message: Message) => void;
  /** Of one that could not be sent. */
  remove: (message: Message) => void;
  /** While messages are chosen: this one, or those of an album; `range`: with all from the last one on. */
  select: (messages: readonly Message[], range: boolean) => void;
  /** A short word on what was done, with a way to take it back. */
  tell: TellForAWhile;
  /** Who the partner is: what a notice is about. */
  openDetails: () => void;
  /** The conversation with a member of the group. */
  openPerson: (person: Person) => void;
  openConversation: (id: string) => void;
}

export interface MessageRowProps {
  /** Of an album the last one. */
  message: Message;
  /** Those that are shown as one with it; undefined when it is alone. */
  album?: readonly Message[];
  first: boolean;
  last: boolean;
  /** Shows its time always, and not only when somebody points at it. */
  timed: boolean;
  /** Nothing of it is folded away. */
  whole: boolean;
  partner: string;
  /** Several write here: it says who did. */
  inGroup: boolean;
  /** Something can be said to it with an emoji. */
  reactable: boolean;
  /** Whether it is among those that are being chosen; undefined while none are. */
  selected: boolean | undefined;
  actions: Omit<MessageActions, "copy" | "react" | "replyPrivately" | "openConversation" | "openDetails" | "tell">;
  onPopup: (popup: MessagePopup) => void;
}

/** Fetched when somebody first points at one. */
const PointerActions = onDemand(() => import("./pointer_actions").then(({ PointerActions: actions }) => actions), {
  missing: () => null, // the menu has them
});

/** Fetched when somebody first chooses several. */
const SelectBox = onDemand(() => import("./select_box").then(({ SelectBox: box }) => box), { missing: () => null });

/** Fetched when the first ones are shown: their room is there before. */
const Reactions = onDemand(() => import("./reactions").then(({ Reactions: reactions }) => reactions), {
  missing: () => null,
});

/** Fetched when the first one is shown. */
const AlbumBody = onDemand(() => import("./album_body").then(({ AlbumBody: body }) => body), {
  files: true,
  waiting: ({ messages }) => <div className={styles.waiting} style={albumStyle(messages.length)} />,
  missing: (missing) => <MissingFiles {...missing} />,
});

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  useLocale();
  const { message, album, first, last, partner, inGroup, selected, actions, onPopup } = props;
  const { outgoing, tick, sender } = message;
  const shown = album ?? [message];
  const quote = shown[0]?.quote;
  const reacted = shown.some(({ reactions }) => reactions !== undefined);
  const ofMember = inGroup && !outgoing;
  const author = inGroup ? nameOf(sender) : partner;
  const [pointed, setPointed] = useState(false);
  const point = () => setPointed(true);
  const bubble = useRef<HTMLDivElement>(null);
  const choosing = selected === undefined ? "" : styles.selecting;
  const place = `${first ? styles.first : ""} ${last ? styles.last : ""} ${reacted ? styles.reacted : ""} ${choosing}`;
  const openMenu = (x: number, y: number) =>
    onPopup({ kind: "menu", message: album === undefined ? message : pointedOf(album, x, y), shown, x, y });
  const menu = useContextMenu(openMenu);
  const shape = `${isBare(message) ? styles.bare : ""} ${album !== undefined || isWide(message) ? styles.wide : ""}`;
  return (
    <li
      className={`${styles.message} ${outgoing ? styles.own : ""} ${place}`}
      data-key={message.id}
      data-members={album?.map(({ id }) => id).join(" ")}
      data-message
      data-own={outgoing || undefined}
      data-selected={selected}
      tabIndex={-1}
      onPointerEnter={point}
      onFocus={point}
      onContextMenu={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault(); // the key for menus: it is asked for at the row
        const { left, width, bottom } = bubble.current?.getBoundingClientRect() ?? new DOMRect();
        openMenu(left + width / 2, bottom);
      }}
    >
      {ofMember && (
        <span className={styles.slot}>
          {last && <Avatar id={sender?.accountId ?? ""} title={author} size="tiny" />}
        </span>
      )}
      <div
        ref={bubble}
        className={`${styles.bubble} ${shape}`}
        data-bubble
        {...menu}
        onDoubleClick={(event) => event.target === event.currentTarget && actions.reply(message)}
      >
        <Author message={message} name={author} shown={ofMember && first} onPerson={actions.openPerson} />
        {shown.some(({ forwards }) => forwards > 0) && <Forwarded messages={shown} />}
        {quote !== undefined && (
          <Quoted quote={quote} message={message} partner={partner} inGroup={inGroup} onOpen={actions.openQuoted} />
        )}
        <Body {...props} />
        {tick === Tick.kFailed && <Failed message={message} actions={actions} />}
      </div>
      {reacted && (
        <span className={styles.reactions}>
          <Reactions messages={shown} onOpen={() => onPopup({ kind: "reactions", ids: shown.map(({ id }) => id) })} />
        </span>
      )}
      {selected === undefined ? (
        pointed && <PointerActions {...props} />
      ) : (
        <SelectBox messages={shown} author={author} selected={selected} onSelect={actions.select} />
      )}
    </li>
  );
});

function Body({ message, album, whole, timed, actions, onPopup }: MessageRowProps) {
  const shown = album ?? [message];
  const captioned = shown.some((each) => textOf(each) !== "");
  const over = (album !== undefined || isWide(message)) && !captioned && message.tick !== Tick.kFailed;
  const meta = <Meta message={message} shown={shown} timed={timed} over={over} onPopup={onPopup} />;
  if (album !== undefined)
    return <AlbumBody messages={album} meta={meta} actions={actions} onPerson={actions.openPerson} />;
  return <MessageBody message={message} whole={whole} meta={meta} onPerson={actions.openPerson} actions={actions} />;
}

/** The one at a place of the page; else the last one. */
function pointedOf(album: readonly Message[], x: number, y: number): Message {
  const tile = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-album-message]");
  return album.find(({ id }) => id === tile?.dataset.albumMessage) ?? (album.at(-1) as Message);
}

interface AuthorProps {
  message: Message;
  name: string;
  /** Else it is only heard. */
  shown: boolean;
  onPerson: (person: Person) => void;
}

function Author({ message: { sender, outgoing }, name, shown, onPerson }: AuthorProps) {
  if (!shown || sender === undefined)
    return (
      <span className={hidden.hidden}>
        {outgoing ? say("messageRow.ownWords") : say("messageRow.wordsOf", { name })}
      </span>
    );
  return (
    <button
      type="button"
      className={`${people.name} ${styles.sender}`}
      data-colour={colourOf(sender.accountId)}
      data-part="sender"
      dir="auto"
      title={say("messageRow.openPerson", { name })}
      onClick={() => onPerson(sender)}
    >
      {name}
    </button>
  );
}

function Forwarded({ messages }: { messages: readonly Message[] }) {
  const isFar = messages.some(({ forwards }) => forwards >= FORWARDS_FAR);
  return (
    <span className={styles.forwarded} data-part="forwarded">
      <Icon name="forward" />
      {say(isFar ? "messageRow.forwardedFar" : "messageRow.forwarded")}
    </span>
  );
}

function Failed({ message, actions }: Pick<MessageRowProps, "message" | "actions">) {
  return (
    <div className={styles.failure}>
      <span>{notSentText(message.failure)}</span>
      <button type="button" className={buttons.linkButton} onClick={() => actions.sendAgain(message)}>
        {say("messageRow.sendAgain")}
      </button>
      <button type="button" className={buttons.linkButton} onClick={() => actions.remove(message)}>
        {say("messageRow.delete")}
      </button>
    </div>
  );
}

interface QuotedProps {
  quote: Quote;
  message: Message;
  partner: string;
  inGroup: boolean;
  onOpen: (quote: Quote) => unknown;
}

function Quoted({ quote, message, partner, inGroup, onOpen }: QuotedProps) {
  const self = useContext(OwnAccount);
  const { author } = quote;
  const isOwn = inGroup
    ? author?.accountId === self
    : (author?.accountId === message.sender?.accountId) === message.outgoing;
  const coloured = inGroup && !isOwn && !message.outgoing;
  return (
    <button
      type="button"
      className={`${quotes.quote} ${styles.quoted}`}
      data-part="quote"
      title={say("messageRow.goToQuoted")}
      onClick={() => void onOpen(quote)}
    >
      <span
        className={`${quotes.author} ${coloured ? people.name : ""}`}
        data-colour={coloured ? colourOf(author?.accountId ?? "") : undefined}
        dir="auto"
      >
        <QuotedIn
          name={isOwn ? say("common.you") : inGroup ? nameOf(author) : partner}
          group={quote.group === undefined ? "" : quotedGroupText(quote.group)}
        />
      </span>
      <span className={`${quotes.excerpt} ${styles.excerpt}`}>
        <OneLine line={quoteLine(quote)} />
      </span>
      <QuotedPicture thumbnail={quote.thumbnail} />
    </button>
  );
}

interface MetaProps extends Pick<MessageRowProps, "message" | "timed" | "onPopup"> {
  /** It, or all of its album. */
  shown: readonly Message[];
  /** It lies on a picture. */
  over: boolean;
}

function Meta({ message, shown, timed, over, onPopup }: MetaProps) {
  const ms = millis(message.orderUs);
  const edited = shown.find(({ editedUs }) => editedUs !== 0n);
  return (
    <span className={`${styles.meta} ${timed ? (over ? styles.over : "") : styles.aside}`} data-part="meta">
      {shown.some(isPinned) && (
        <span className={styles.star} role="img" aria-label={say("messageRow.pinned")}>
          <Icon name="pin" />
        </span>
      )}
      {shown.some(({ starred }) => starred) && (
        <span className={styles.star} role="img" aria-label={say("messageRow.starred")}>
          <Icon name="star" />
        </span>
      )}
      {edited !== undefined && (
        <button
          type="button"
          className={styles.edited}
          data-part="edited"
          onClick={() => onPopup({ kind: "versions", message: edited })}
        >
          {say("messageRow.edited")}
        </button>
      )}
      <time dir="auto" dateTime={new Date(ms).toISOString()} title={fullTimeText(ms)}>
        {clockText(ms)}
      </time>
      {message.outgoing && message.body.case !== "deleted" && <Ticks tick={message.tick} />}
    </span>
  );
}
