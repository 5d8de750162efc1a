// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo, useContext, useState } from "react";

import { Tick, type Message, type Person, type Quote } from "../view-models/core";
import { nameOf, quotedGroupText } from "../view-models/group_text";
import { colourOf } from "../view-models/initials";
import { lineOf } from "../view-models/preview_text";
import { notSentText } from "../view-models/failure_text";
import { say } from "../view-models/say";
import { clockText, fullTimeText, millis } from "../view-models/time_text";
import { timeZone } from "../view-models/time_zone";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { useContextMenu } from "./long_press";
import { isBare, MessageBody } from "./message_body";
import type { MenuPlace } from "./message_menu";
import { OwnAccount } from "./own_account";
import { QuotedIn } from "./quoted_in";
import { Ticks } from "./ticks";
import { useViewModel } from "./use_view_model";
import styles from "./message_row.module.css";
import buttons from "./parts/button.module.css";
import people from "./parts/person.module.css";
import quotes from "./parts/quote.module.css";
import hidden from "./parts/hidden.module.css";

/** What can be done with messages. */
export interface MessageActions {
  openQuoted: (quote: Quote) => unknown;
  reply: (message: Message) => void;
  /** Of another member of a group: to them alone. */
  replyPrivately: (message: Message) => void;
  copy: (message: Message) => void;
  sendAgain: (message: Message) => void;
  /** Of one that could not be sent. */
  remove: (message: Message) => void;
  /** Who the partner is: what a notice is about. */
  openDetails: () => void;
  /** The conversation with a member of the group. */
  openPerson: (person: Person) => void;
}

interface MessageRowProps {
  message: Message;
  first: boolean;
  last: boolean;
  /** Shows its time always, and not only when somebody points at it. */
  timed: boolean;
  /** Nothing of it is folded away. */
  whole: boolean;
  partner: string;
  /** Several write here: it says who did. */
  inGroup: boolean;
  actions: Pick<MessageActions, "openQuoted" | "reply" | "sendAgain" | "remove" | "openPerson">;
  onMenu: (place: MenuPlace) => void;
}

export const MessageRow = memo(function MessageRow({
  message,
  first,
  last,
  timed,
  whole,
  partner,
  inGroup,
  actions,
  onMenu,
}: MessageRowProps) {
  const { outgoing, quote, tick, sender } = message;
  const ofMember = inGroup && !outgoing;
  const author = inGroup ? nameOf(sender) : partner;
  const [pointed, setPointed] = useState(false);
  const point = () => setPointed(true);
  const place = `${first ? styles.first : ""} ${last ? styles.last : ""}`;
  const menu = useContextMenu((x, y) => onMenu({ message, x, y }));
  return (
    <li
      className={`${styles.message} ${outgoing ? styles.own : ""} ${place}`}
      data-key={message.id}
      data-message
      data-own={outgoing || undefined}
      tabIndex={-1}
      onPointerEnter={point}
      onFocus={point}
    >
      {ofMember && (
        <span className={styles.slot}>
          {last && <Avatar id={sender?.accountId ?? ""} title={author} size="tiny" />}
        </span>
      )}
      <div
        className={`${styles.bubble} ${isBare(message) ? styles.bare : ""}`}
        data-bubble
        {...menu}
        onDoubleClick={(event) => event.target === event.currentTarget && actions.reply(message)}
      >
        <Author message={message} name={author} shown={ofMember && first} onPerson={actions.openPerson} />
        {quote !== undefined && (
          <Quoted quote={quote} message={message} partner={partner} inGroup={inGroup} onOpen={actions.openQuoted} />
        )}
        <MessageBody
          message={message}
          whole={whole}
          meta={<Meta message={message} timed={timed} />}
          onPerson={actions.openPerson}
        />
        {tick === Tick.kFailed && <Failed message={message} actions={actions} />}
      </div>
      {pointed && <PointerActions message={message} onReply={actions.reply} onMenu={onMenu} />}
    </li>
  );
});

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
      <span className={`${quotes.excerpt} ${styles.excerpt}`}>{lineOf(quote.excerpt)}</span>
    </button>
  );
}

interface PointerActionsProps {
  message: Message;
  onReply: (message: Message) => void;
  onMenu: (place: MenuPlace) => void;
}

/** Beside the bubble that somebody points at, and made only then: they are half of what a row consists of. */
function PointerActions({ message, onReply, onMenu }: PointerActionsProps) {
  return (
    <span className={styles.messageActions}>
      <button
        type="button"
        tabIndex={-1}
        className={buttons.iconButton}
        aria-label={say("common.reply")}
        title={say("common.reply")}
        onClick={() => onReply(message)}
      >
        <Icon name="reply" />
      </button>
      <button
        type="button"
        tabIndex={-1}
        className={buttons.iconButton}
        aria-label={say("messageRow.more")}
        title={say("messageRow.more")}
        onClick={(event) => onMenu({ message, x: event.clientX, y: event.clientY })}
      >
        <Icon name="more" />
      </button>
    </span>
  );
}

function Meta({ message, timed }: { message: Message; timed: boolean }) {
  useViewModel(timeZone);
  const ms = millis(message.orderUs);
  return (
    <span className={`${styles.meta} ${timed ? "" : styles.aside}`} data-part="meta">
      <time dir="auto" dateTime={new Date(ms).toISOString()} title={fullTimeText(ms)}>
        {clockText(ms)}
      </time>
      {message.outgoing && <Ticks tick={message.tick} />}
    </span>
  );
}
