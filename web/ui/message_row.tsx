// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo, useState } from "react";

import { Tick, type Message, type Quote } from "../view-models/core";
import { lineOf } from "../view-models/preview_text";
import { notSentText } from "../view-models/failure_text";
import { say } from "../view-models/say";
import { clockText, fullTimeText, millis } from "../view-models/time_text";
import { timeZone } from "../view-models/time_zone";
import { Icon } from "./icons";
import { useContextMenu } from "./long_press";
import { isBare, MessageBody } from "./message_body";
import type { MenuPlace } from "./message_menu";
import { Ticks } from "./ticks";
import { useViewModel } from "./use_view_model";
import styles from "./message_row.module.css";
import buttons from "./parts/button.module.css";
import quotes from "./parts/quote.module.css";
import hidden from "./parts/hidden.module.css";

/** What can be done with messages. */
export interface MessageActions {
  jumpTo: (id: string) => unknown;
  reply: (message: Message) => void;
  copy: (message: Message) => void;
  sendAgain: (message: Message) => void;
  /** Of one that could not be sent. */
  remove: (message: Message) => void;
  /** Who the partner is: what a notice is about. */
  openDetails: () => void;
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
  actions: Pick<MessageActions, "jumpTo" | "reply" | "sendAgain" | "remove">;
  onMenu: (place: MenuPlace) => void;
}

export const MessageRow = memo(function MessageRow({
  message,
  first,
  last,
  timed,
  whole,
  partner,
  actions,
  onMenu,
}: MessageRowProps) {
  const { outgoing, quote, tick } = message;
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
      <div
        className={`${styles.bubble} ${isBare(message) ? styles.bare : ""}`}
        data-bubble
        {...menu}
        onDoubleClick={(event) => event.target === event.currentTarget && actions.reply(message)}
      >
        <span className={hidden.hidden}>
          {outgoing ? say("messageRow.ownWords") : say("messageRow.wordsOf", { name: partner })}
        </span>
        {quote !== undefined && <Quoted quote={quote} message={message} partner={partner} onJump={actions.jumpTo} />}
        <MessageBody message={message} whole={whole} meta={<Meta message={message} timed={timed} />} />
        {tick === Tick.kFailed && (
          <div className={styles.failure}>
            <span>{notSentText(message.failure)}</span>
            <button type="button" className={buttons.linkButton} onClick={() => actions.sendAgain(message)}>
              {say("messageRow.sendAgain")}
            </button>
            <button type="button" className={buttons.linkButton} onClick={() => actions.remove(message)}>
              {say("messageRow.delete")}
            </button>
          </div>
        )}
      </div>
      {pointed && <PointerActions message={message} onReply={actions.reply} onMenu={onMenu} />}
    </li>
  );
});

interface QuotedProps {
  quote: Quote;
  message: Message;
  partner: string;
  onJump: (id: string) => unknown;
}

function Quoted({ quote, message, partner, onJump }: QuotedProps) {
  const isOwn = (quote.author?.accountId === message.sender?.accountId) === message.outgoing;
  return (
    <button
      type="button"
      className={`${quotes.quote} ${styles.quoted}`}
      data-part="quote"
      title={say("messageRow.goToQuoted")}
      onClick={() => void onJump(quote.messageId)}
    >
      <span className={quotes.author} dir="auto">
        {isOwn ? say("common.you") : partner}
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
