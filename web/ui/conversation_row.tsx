// SPDX-License-Identifier: AGPL-3.0-or-later

import { memo } from "react";

import { avatarIdOf, directOf, titleOf, type Conversation } from "../view-models/core";
import { say } from "../view-models/say";
import { millis, listTimeText } from "../view-models/time_text";
import { timeZone } from "../view-models/time_zone";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { lineOf, previewText } from "../view-models/preview_text";
import { Ticks } from "./ticks";
import { useViewModel } from "./use_view_model";
import rows from "./parts/rows.module.css";
import { Badge } from "./badge";

interface ConversationRowProps {
  conversation: Conversation;
  current: boolean;
  now: number;
  onOpen: (id: string) => void;
}

export const ConversationRow = memo(function ConversationRow({
  conversation,
  current,
  now,
  onOpen,
}: ConversationRowProps) {
  useViewModel(timeZone);
  const title = titleOf(conversation);
  const { id, unread, lastMessage, activityUs } = conversation;
  return (
    <li>
      <button
        id={`row-${id}`}
        type="button"
        className={`${rows.row} ${unread > 0 ? rows.unread : ""}`}
        aria-current={current}
        data-row
        onClick={() => onOpen(id)}
      >
        <Avatar id={avatarIdOf(conversation)} title={title} />
        <span className={rows.main}>
          <span className={rows.line}>
            <span className={rows.title} data-part="title" dir="auto">
              {title}
            </span>
            {lastMessage !== undefined && <time className={rows.time}>{listTimeText(millis(activityUs), now)}</time>}
          </span>
          <span className={rows.line}>
            <Preview conversation={conversation} current={current} />
            {directOf(conversation)?.blocked === true && (
              <span className={rows.mark} title={say("conversationRow.blocked")}>
                <Icon name="block" />
              </span>
            )}
            <Badge unread={unread} most={999} />
          </span>
        </span>
      </button>
    </li>
  );
});

function Preview({ conversation, current }: { conversation: Conversation; current: boolean }) {
  const { typing, draft, lastMessage } = conversation;
  if (typing.length > 0) return <span className={`${rows.preview} ${rows.typing}`}>{say("common.typing")}</span>;
  if (draft !== "" && !current) {
    return (
      <span className={rows.preview}>
        <span className={rows.draft}>{say("conversationRow.draft")}</span>
        <span className={rows.text}>{lineOf(draft)}</span>
      </span>
    );
  }
  if (lastMessage === undefined)
    return (
      <span className={rows.preview}>
        <span className={rows.text}>{say("conversationRow.noMessagesYet")}</span>
      </span>
    );
  return (
    <span className={rows.preview}>
      {lastMessage.outgoing && <Ticks tick={lastMessage.tick} />}
      <span className={rows.text}>{previewText(lastMessage)}</span>
    </span>
  );
}
