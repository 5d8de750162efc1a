// SPDX-License-Identifier: AGPL-3.0-or-later

import { foundIn } from "../view-models/chat_search";
import { titleOf, type Conversation, type Message } from "../view-models/core";
import { authorIn } from "../view-models/group_text";
import { foundPieces } from "../view-models/preview_text";
import { say } from "../view-models/say";
import type { SearchViewModel } from "../view-models/search";
import { listTimeText, millis } from "../view-models/time_text";
import { useViewModel } from "./use_view_model";
import fields from "./parts/field.module.css";
import rows from "./parts/rows.module.css";

interface SearchResultsProps {
  model: SearchViewModel;
  conversationOf: (id: string) => Conversation | undefined;
  /** `found`: what of it was looked for. */
  onOpen: (message: Message, found: readonly string[]) => void;
  now: number;
  /** No conversation was found either. */
  nothingElse: boolean;
}

/** Messages that have the words looked for. */
export function SearchResults({ model, conversationOf, onOpen, now, nothingElse }: SearchResultsProps) {
  const { messages, excerpts, error } = useViewModel(model);
  const titleIn = ({ conversation, sender }: Message) => {
    const found = conversationOf(conversation);
    return found === undefined ? (sender?.name ?? "") : titleOf(found);
  };
  const authorOf = (message: Message) => {
    const found = conversationOf(message.conversation);
    return found === undefined ? "" : authorIn(found, message);
  };
  if (error !== "")
    return (
      <div className={rows.empty}>
        <p className={fields.error} role="alert">
          {error}
        </p>
      </div>
    );
  if (messages === undefined) return null;
  if (messages.length === 0)
    return nothingElse ? (
      <p className={rows.empty} role="status">
        {say("common.nothingFound")}
      </p>
    ) : null;
  return (
    <section aria-label={say("searchResults.messages")}>
      <h2 className={rows.sectionTitle}>{say("searchResults.messages")}</h2>
      <ul className={rows.rows}>
        {messages.map((message, index) => (
          <li key={message.id}>
            <button
              type="button"
              className={rows.row}
              data-row
              onClick={() => onOpen(message, foundIn(excerpts[index]))}
            >
              <span className={rows.main}>
                <span className={rows.line}>
                  <span className={rows.title} data-part="title" dir="auto">
                    {titleIn(message)}
                  </span>
                  <time className={rows.time}>{listTimeText(millis(message.orderUs), now)}</time>
                </span>
                <span className={rows.preview}>
                  {message.outgoing && <span className={rows.own}>{`${say("messageRow.ownWords")} `}</span>}
                  {authorOf(message) !== "" && (
                    <span className={rows.author}>{`${say("messageRow.wordsOf", { name: authorOf(message) })} `}</span>
                  )}
                  <span className={rows.text} data-part="excerpt">
                    {foundPieces(excerpts[index]?.pieces ?? []).map((piece, at) =>
                      piece.matched ? <mark key={at}>{piece.text}</mark> : piece.text,
                    )}
                  </span>
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
