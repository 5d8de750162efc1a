// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages that the window of the timeline shows.
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import type { Message } from "../view-models/core";
import { canReact } from "../view-models/group_text";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { Beginning } from "./beginning";
import { Icon } from "./icons";
import { ItemRow } from "./message_items";
import type { MessagePopup } from "./message_popups";
import type { MessageActions } from "./message_row";
import { MissingPopup, onDemand } from "./on_demand";
import { TimelineScroll } from "./timeline_scroll";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./message_list.module.css";
import { Spinner } from "./spinner";

const MessagePopups = onDemand(() => import("./message_popups").then(({ MessagePopups: popups }) => popups), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

interface MessageListProps {
  model: ConversationViewModel;
  /** The same object from one rendering to the next: rows that did not change are not rendered again. */
  actions: MessageActions;
  toComposer: () => void;
  /** Something lies over the messages: nobody sees them. */
  covered: boolean;
}

export function MessageList({ model, actions, toComposer, covered }: MessageListProps) {
  const { items, loaded, olderThere } = useViewModel(model.timeline);
  const { conversation } = useViewModel(model);
  const now = useNow();
  const { scroller, rows, away, look } = useTimelineScroll(model, covered);
  const [popup, setPopup] = useState<MessagePopup>();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const react = (message: Message, row: HTMLElement) => {
      const over = row.querySelector("[data-bubble]");
      if (over !== null && canReact(conversation, message)) setPopup({ kind: "react", message, row, over });
    };
    takeKey(event, (id) => model.timeline.message(id), { ...actions, react, toComposer });
  };
  return (
    <div className={styles.timelineFrame}>
      <div
        className={styles.timeline}
        data-timeline
        role="log"
        aria-label={say("messageList.messages")}
        ref={scroller}
        onScroll={look}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <ol ref={rows}>
          {olderThere && (
            <li className={styles.older} data-key="older">
              <Spinner label={say("messageList.loadingOlder")} />
            </li>
          )}
          {loaded && !olderThere && <Beginning conversation={conversation} onCompare={actions.openDetails} />}
          {items.map((item) => (
            <ItemRow
              key={item.key}
              item={item}
              conversation={conversation}
              now={now}
              actions={actions}
              onPopup={setPopup}
            />
          ))}
        </ol>
      </div>
      {away && loaded && <ToEnd unread={conversation.unread} onClick={() => void model.timeline.showNewest()} />}
      {popup !== undefined && (
        <MessagePopups
          popup={popup}
          model={model}
          actions={actions}
          onOpen={setPopup}
          onClose={() => setPopup((now) => (now === popup ? undefined : now))}
        />
      )}
    </div>
  );
}

/** For the elements with the refs: after each new snapshot the list is where it belongs. */
function useTimelineScroll(model: ConversationViewModel, covered: boolean) {
  const snapshot = useViewModel(model.timeline);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLOListElement>(null);
  const scroll = useRef<TimelineScroll>(undefined);
  const [away, setAway] = useState(false);
  useLayoutEffect(() => {
    if (scroller.current === null || rows.current === null) return;
    const made = new TimelineScroll(scroller.current, rows.current, model, setAway);
    scroll.current = made;
    return () => made.end();
  }, [model]);
  useLayoutEffect(() => scroll.current?.follow(snapshot, covered), [snapshot, covered, model]);
  return { scroller, rows, away, look: () => scroll.current?.look() };
}

function ToEnd({ unread, onClick }: { unread: number; onClick: () => void }) {
  return (
    <button
      type="button"
      className={`${styles.toEnd} ${unread > 0 ? styles.news : ""}`}
      onClick={onClick}
      aria-label={unread > 0 ? undefined : say("messageList.toNewest")}
    >
      <Icon name="down" />
      {unread > 0 && say("messageList.newMessages", { count: unread })}
    </button>
  );
}

interface KeyActions extends Pick<MessageActions, "reply" | "copy"> {
  react: (message: Message, row: HTMLElement) => void;
  toComposer: () => void;
}

/**
 * Arrows go from message to message, and below the last one to the composer; a message that has the focus has keys of
 * its own: Enter or R answers it, E says something to it with an emoji, C copies it, Escape goes to the composer.
 */
function takeKey(
  event: KeyboardEvent<HTMLElement>,
  messageOf: (id: string) => Message | undefined,
  { reply, copy, react, toComposer }: KeyActions,
): void {
  if (event.target instanceof HTMLTextAreaElement) return;
  const row = (event.target as HTMLElement).closest<HTMLElement>("[data-message]");
  if (row === null) return;
  if (event.key === "ArrowDown" && row === row.parentElement?.lastElementChild) {
    event.preventDefault();
    return toComposer();
  }
  moveFocusByArrows(event, "[data-message]");
  const message = messageOf(row.dataset.key ?? "");
  if (message === undefined || event.ctrlKey || event.metaKey || event.altKey || event.target !== row) return;
  if (event.key === "Enter" || event.key === "r") {
    event.preventDefault();
    reply(message);
  }
  if (event.key === "e") {
    event.preventDefault();
    react(message, row);
  }
  if (event.key === "c") copy(message);
  if (event.key === "Escape") {
    event.preventDefault();
    toComposer();
  }
}
