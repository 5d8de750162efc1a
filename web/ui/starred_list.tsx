// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that are starred: each leads to where it stands.
import { useContext, useEffect, useRef, useState } from "react";

import { mediaOf, titleOf, type Message } from "../view-models/core";
import { nameOf } from "../view-models/group_text";
import { previewLine } from "../view-models/preview_text";
import { say } from "../view-models/say";
import type { StarredViewModel } from "../view-models/starred";
import { listTimeText, millis } from "../view-models/time_text";
import { isFocusLost } from "./focus_return";
import { IconButton } from "./icon_button";
import { Icon } from "./part_icons";
import { More } from "./more";
import { OwnAccount } from "./own_account";
import { QuotedPicture } from "./quoted_in";
import { OneLine } from "./rich_text";
import { useMade } from "./use_made";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./starred_list.module.css";
import fields from "./parts/field.module.css";
import rows from "./parts/rows.module.css";

interface StarredListProps {
  /** Called once: the model is of the list, and ends with it. */
  makeModel: () => StarredViewModel;
  onOpen: (message: Message) => void;
}

export function StarredList({ makeModel, onOpen }: StarredListProps) {
  const [make] = useState(() => makeModel);
  const model = useMade(make);
  useEffect(() => void model?.readMore(), [model]);
  return model !== undefined && <Starred model={model} onOpen={onOpen} />;
}

function Starred({ model, onOpen }: { model: StarredViewModel; onOpen: (message: Message) => void }) {
  const { messages, loaded, more, error } = useViewModel(model);
  const list = useRef<HTMLUListElement>(null);
  const unstar = async (message: Message) => {
    const at = messages.indexOf(message);
    await model.unstar(message);
    const left = list.current?.querySelectorAll<HTMLElement>("[data-row]");
    requestAnimationFrame(() => isFocusLost() && left?.[Math.min(at, left.length - 1)]?.focus());
  };
  return (
    <div data-part="starred">
      {error !== "" && (
        <p className={`${fields.error} ${styles.error}`} role="alert">
          {error}
        </p>
      )}
      {loaded && messages.length === 0 && error === "" && (
        <div className={rows.empty} role="status">
          <span className={styles.sign}>
            <Icon name="star" />
          </span>
          <p>{say("starred.none")}</p>
          <p className={styles.hint}>{say("starred.noneHint")}</p>
        </div>
      )}
      <ul className={rows.rows} ref={list}>
        {messages.map((message) => (
          <Row
            key={message.id}
            model={model}
            message={message}
            onOpen={() => onOpen(message)}
            onUnstar={() => void unstar(message)}
          />
        ))}
      </ul>
      {(!loaded || more) && (
        <More key={messages.length} label={say("starred.loading")} onSeen={() => void model.readMore()} />
      )}
    </div>
  );
}

interface RowProps {
  model: StarredViewModel;
  message: Message;
  onOpen: () => void;
  onUnstar: () => void;
}

function Row({ model, message, onOpen, onUnstar }: RowProps) {
  const self = useContext(OwnAccount);
  const now = useNow();
  const author = message.outgoing ? say("common.you") : nameOf(message.sender);
  const conversation = model.conversationOf(message);
  const inAll = model.conversation === "" && conversation !== undefined;
  const isWithAuthor = inAll && !message.outgoing && conversation.peer.case !== "group";
  return (
    <li className={styles.item}>
      <button type="button" className={rows.row} data-row onClick={onOpen}>
        <span className={rows.main}>
          <span className={rows.line}>
            <span className={rows.title} data-part="title" dir="auto">
              {inAll ? titleOf(conversation) : author}
            </span>
            <time className={rows.time}>{listTimeText(millis(message.orderUs), now)}</time>
          </span>
          <span className={rows.preview}>
            {inAll && !isWithAuthor && (
              <span className={rows.author}>{`${say("messageRow.wordsOf", { name: author })} `}</span>
            )}
            <span className={rows.text}>
              <OneLine line={previewLine(message, self)} />
            </span>
          </span>
        </span>
        <QuotedPicture thumbnail={mediaOf(message)?.thumbnail} />
      </button>
      <IconButton label={say("messageMenu.unstar")} onClick={onUnstar}>
        <Icon name="starOff" />
      </IconButton>
    </li>
  );
}
