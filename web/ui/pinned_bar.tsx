// SPDX-License-Identifier: AGPL-3.0-or-later

// What is at the top of a conversation: one of the messages that are pinned there. A click brings it into view, and the
// next one up. Fetched when there is one.
import { useContext } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { mediaOf } from "../view-models/core";
import { authorIn } from "../view-models/group_text";
import { previewLine } from "../view-models/preview_text";
import { say } from "../view-models/say";
import { OwnAccount } from "./own_account";
import { Icon } from "./part_icons";
import { QuotedPicture } from "./quoted_picture";
import { OneLine } from "./rich_text";
import { useViewModel } from "./use_view_model";
import styles from "./pinned_bar.module.css";

export function PinnedBar({ model }: { model: ConversationViewModel }) {
  const { messages, at } = useViewModel(model.pinned);
  const { conversation } = useViewModel(model);
  const self = useContext(OwnAccount);
  const message = messages[at];
  if (message === undefined) return null;
  const author = authorIn(conversation, message);
  const media = mediaOf(message);
  const show = () => {
    void model.timeline.jumpTo(message.id);
    model.pinned.next();
  };
  return (
    <button type="button" className={styles.bar} data-part="pinned" onClick={show}>
      {messages.length > 1 && (
        <span className={styles.places} aria-hidden="true">
          {messages.map(({ id }, place) => (
            <span key={id} className={place === at ? styles.here : undefined} />
          ))}
        </span>
      )}
      <Icon name="pin" />
      <span className={styles.words}>
        <span className={styles.title}>
          {messages.length === 1 ? say("pin.title") : say("pin.titleOf", { place: at + 1, count: messages.length })}
        </span>
        <span className={styles.text} dir="auto">
          {author !== "" && `${say("messageRow.wordsOf", { name: author })} `}
          <OneLine line={previewLine(message, self)} />
        </span>
      </span>
      {media !== undefined && <QuotedPicture thumbnail={media.thumbnail} />}
    </button>
  );
}
