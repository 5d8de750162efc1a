// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo, useContext } from "react";

import { isMuted, isQuiet, isUnread } from "../view-models/arrangement";
import { avatarIdOf, directOf, groupOf, titleOf, type Conversation } from "../view-models/core";
import { isNotice } from "../view-models/content_kinds";
import { authorIn, typingText } from "../view-models/group_text";
import { say } from "../view-models/say";
import { millis, listTimeText } from "../view-models/time_text";
import { Avatar } from "./avatar";
import type { ConversationMenuPlace } from "./conversation_menu";
import { Icon, type IconName } from "./icons";
import { useContextMenu } from "./long_press";
import { OwnAccount } from "./own_account";
import { lineOf, previewLine } from "../view-models/preview_text";
import { OneLine } from "./rich_text";
import { Ticks } from "./ticks";
import { useLocale } from "./use_locale";
import { Badge } from "./badge";
import styles from "./conversation_row.module.css";
import buttons from "./parts/button.module.css";
import rows from "./parts/rows.module.css";

interface ConversationRowProps {
  conversation: Conversation;
  current: boolean;
  now: number;
  /** It stands among those that are archived: it need not say so. */
  amongArchived: boolean;
  onOpen: (id: string) => void;
  onMenu: (place: ConversationMenuPlace) => void;
}

export const ConversationRow = memo(function ConversationRow({
  conversation,
  current,
  now,
  amongArchived,
  onOpen,
  onMenu,
}: ConversationRowProps) {
  useLocale();
  const title = titleOf(conversation);
  const { id, unread, markedUnread, lastMessage, activityUs } = conversation;
  const quiet = isQuiet(conversation, now);
  const menu = useContextMenu((x, y) => onMenu({ conversation, at: { x, y } }));
  return (
    <li className={styles.item}>
      <button
        id={`row-${id}`}
        type="button"
        className={`${rows.row} ${isUnread(conversation) ? rows.unread : ""} ${quiet ? rows.quiet : ""}`}
        aria-current={current}
        data-row
        onClick={() => onOpen(id)}
        {...menu}
      >
        <Avatar id={avatarIdOf(conversation)} title={title} group={groupOf(conversation) !== undefined} />
        <span className={rows.main}>
          <span className={rows.line}>
            <span className={rows.title} data-part="title" dir="auto">
              {title}
            </span>
            {lastMessage !== undefined && <time className={rows.time}>{listTimeText(millis(activityUs), now)}</time>}
          </span>
          <span className={`${rows.line} ${styles.beside}`}>
            <Preview conversation={conversation} current={current} />
            <Marks conversation={conversation} now={now} amongArchived={amongArchived} />
            <Badge unread={unread} marked={markedUnread} most={999} quiet={quiet} />
          </span>
        </span>
      </button>
      <button
        type="button"
        className={`${buttons.iconButton} ${styles.more}`}
        aria-label={say("arrange.more", { title })}
        aria-haspopup="menu"
        onClick={(event) => onMenu({ conversation, at: event.currentTarget })}
      >
        <Icon name="caret" />
      </button>
    </li>
  );
});

/** What is made of it, in the order of the visual language. */
function Marks({
  conversation,
  now,
  amongArchived,
}: Pick<ConversationRowProps, "conversation" | "now" | "amongArchived">) {
  const marks: { icon: IconName; words: string }[] = [];
  if (directOf(conversation)?.blocked === true) marks.push({ icon: "block", words: say("conversationRow.blocked") });
  if (isMuted(conversation, now)) marks.push({ icon: "bellOff", words: say("arrange.isMuted") });
  if (conversation.pinned) marks.push({ icon: "pin", words: say("arrange.isPinned") });
  if (conversation.archived && !amongArchived) marks.push({ icon: "archive", words: say("arrange.isArchived") });
  return marks.map(({ icon, words }) => (
    <span key={icon} className={rows.mark} role="img" aria-label={words} title={words}>
      <Icon name={icon} />
    </span>
  ));
}

function Preview({ conversation, current }: { conversation: Conversation; current: boolean }) {
  const self = useContext(OwnAccount);
  const { draft, lastMessage } = conversation;
  const typing = typingText(conversation);
  if (typing !== "")
    return (
      <span className={`${rows.preview} ${rows.typing}`}>
        <span className={rows.text}>{typing}</span>
      </span>
    );
  if (draft !== "" && !current) {
    return (
      <span className={rows.preview}>
        <span className={rows.draft}>{say("conversationRow.draft")}</span>
        <span className={rows.text}>
          <OneLine line={lineOf(draft)} />
        </span>
      </span>
    );
  }
  if (lastMessage === undefined)
    return (
      <span className={rows.preview}>
        <span className={rows.text}>
          {groupOf(conversation)?.incomplete === true ? say("group.fetching") : say("conversationRow.noMessagesYet")}
        </span>
      </span>
    );
  const author = isNotice(lastMessage) ? "" : authorIn(conversation, lastMessage);
  return (
    <span className={rows.preview}>
      {lastMessage.outgoing && !isNotice(lastMessage) && lastMessage.body.case !== "deleted" && (
        <Ticks tick={lastMessage.tick} />
      )}
      {author !== "" && <span className={rows.author}>{`${say("messageRow.wordsOf", { name: author })} `}</span>}
      <span className={rows.text}>
        <OneLine line={previewLine(lastMessage, self)} />
      </span>
    </span>
  );
}
