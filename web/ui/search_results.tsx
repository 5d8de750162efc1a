// SPDX-License-Identifier: AGPL-3.0-or-later

import type { AppViewModel } from "../view-models/app";
import { titleOf, type Message } from "../view-models/core";
import { listTimeText, millis } from "../view-models/time_text";
import { useViewModel } from "./use_view_model";

interface SearchResultsProps {
  app: AppViewModel;
  now: number;
  /** No conversation was found either. */
  nothingElse: boolean;
}

function titleIn(app: AppViewModel, message: Message): string {
  const conversation = app.list.find(message.conversation);
  return conversation === undefined ? (message.sender?.name ?? "") : titleOf(conversation);
}

/** Messages that have the words looked for. */
export function SearchResults({ app, now, nothingElse }: SearchResultsProps) {
  const { messages, excerpts, error } = useViewModel(app.search);
  if (error !== "")
    return (
      <p className="list-empty error-text" role="alert">
        {error}
      </p>
    );
  if (messages === undefined) return null;
  if (messages.length === 0)
    return nothingElse ? (
      <p className="list-empty" role="status">
        Nothing found.
      </p>
    ) : null;
  return (
    <section aria-label="Messages">
      <h2 className="section-title">Messages</h2>
      <ul className="rows">
        {messages.map((message, index) => (
          <li key={message.id}>
            <button
              type="button"
              className="row-button"
              style={{ gridTemplateColumns: "minmax(0, 1fr)" }}
              data-row
              onClick={() => void app.openMessage(message)}
            >
              <span className="row-main">
                <span className="row-line">
                  <span className="row-title" dir="auto">
                    {titleIn(app, message)}
                  </span>
                  <time className="row-time">{listTimeText(millis(message.orderUs), now)}</time>
                </span>
                <span className="row-preview">
                  <span className="text">
                    {message.outgoing && "You: "}
                    {excerpts[index]?.pieces.map((piece, at) =>
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
