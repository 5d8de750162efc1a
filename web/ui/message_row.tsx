// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo, useMemo, useState } from "react";

import { textOf, Tick, type Message } from "../view-models/core";
import { notSentText } from "../view-models/failure_text";
import { isOnlyEmoji } from "../view-models/large_emoji";
import { foldedText } from "../view-models/rich_text";
import { clockText, fullTimeText, millis } from "../view-models/time_text";
import { timeZone } from "../view-models/time_zone";
import { Icon } from "./icons";
import type { MenuPlace } from "./message_menu";
import { useMessageMenu } from "./long_press";
import { RichText } from "./rich_text";
import { Ticks } from "./ticks";
import { useViewModel } from "./use_view_model";
import styles from "./message_row.module.css";

interface MessageRowProps {
  message: Message;
  first: boolean;
  last: boolean;
  /** Shows its time always, and not only when somebody points at it. */
  timed: boolean;
  partner: string;
  onQuote: (id: string) => void;
  onReply: (message: Message) => void;
  onMenu: (place: MenuPlace) => void;
  onSendAgain: (message: Message) => void;
}

export const MessageRow = memo(function MessageRow({
  message,
  first,
  last,
  timed,
  partner,
  onQuote,
  onReply,
  onMenu,
  onSendAgain,
}: MessageRowProps) {
  const { outgoing, quote, tick } = message;
  const bare = quote === undefined && tick !== Tick.kFailed && isOnlyEmoji(textOf(message));
  const menu = useMessageMenu((x, y) => onMenu({ message, x, y }));
  return (
    <li
      className={`${styles.message} ${outgoing ? styles.own : ""} ${first ? styles.first : ""} ${last ? styles.last : ""}`}
      data-key={message.id}
      data-message
      data-own={outgoing || undefined}
      tabIndex={-1}
    >
      <div
        className={`${styles.bubble} ${bare ? styles.bare : ""}`}
        data-bubble
        {...menu}
        onDoubleClick={(event) => event.target === event.currentTarget && onReply(message)}
      >
        <span className="visually-hidden">{outgoing ? "You:" : `${partner}:`}</span>
        {quote !== undefined && (
          <button type="button" className="quote" title="Go to this message" onClick={() => onQuote(quote.messageId)}>
            <span className="author" dir="auto">
              {(quote.author?.accountId === message.sender?.accountId) === outgoing ? "You" : partner}
            </span>
            <span className="excerpt">{quote.excerpt}</span>
          </button>
        )}
        <Body message={message} bare={bare} timed={timed} />
        {tick === Tick.kFailed && (
          <div className={styles.failure}>
            <span>{notSentText(message.failure)}</span>
            <button type="button" className="link-button" onClick={() => onSendAgain(message)}>
              Send again
            </button>
          </div>
        )}
      </div>
      <span className={styles.messageActions}>
        <button
          type="button"
          tabIndex={-1}
          className="icon-button"
          aria-label="Reply"
          title="Reply"
          onClick={() => onReply(message)}
        >
          <Icon name="reply" />
        </button>
        <button
          type="button"
          tabIndex={-1}
          className="icon-button"
          aria-label="More"
          title="More"
          onClick={(event) => onMenu({ message, x: event.clientX, y: event.clientY })}
        >
          <Icon name="more" />
        </button>
      </span>
    </li>
  );
});

/** The text, and at the end of its last line the time: a float, so that it goes below when there is no room. */
function Body({ message, bare, timed }: { message: Message; bare: boolean; timed: boolean }) {
  const [unfolded, setUnfolded] = useState(false);
  const { body } = message;
  const text = textOf(message);
  const folded = useMemo(() => (unfolded ? undefined : foldedText(text)), [text, unfolded]);
  const meta = <Meta message={message} timed={timed} />;
  if (body.case === "undecryptable") {
    return (
      <div className={`text ${styles.faint}`}>
        <Icon name="hourglass" />
        <span>Waiting for this message. This may take a while.</span>
        {meta}
      </div>
    );
  }
  if (body.case !== "text") {
    return (
      <div className={`text ${styles.faint}`}>
        <Icon name="info" />
        <span>This message needs a newer version of Kith.</span>
        {meta}
      </div>
    );
  }
  if (bare)
    return (
      <div className="text">
        <span className="words">{text}</span>
        {meta}
      </div>
    );
  return (
    <div className="text" dir="auto">
      <span className="words">
        <RichText text={folded ?? text} />
        {folded !== undefined && "…"}
      </span>
      {folded !== undefined && (
        <button type="button" className={styles.moreText} onClick={() => setUnfolded(true)}>
          Read on
        </button>
      )}
      {meta}
    </div>
  );
}

function Meta({ message, timed }: { message: Message; timed: boolean }) {
  useViewModel(timeZone);
  const ms = millis(message.orderUs);
  return (
    <span className={`meta ${timed ? "" : styles.aside}`}>
      <time dir="auto" dateTime={new Date(ms).toISOString()} title={fullTimeText(ms)}>
        {clockText(ms)}
      </time>
      {message.outgoing && <Ticks tick={message.tick} />}
    </span>
  );
}
