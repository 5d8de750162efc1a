// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages that the window of the timeline shows.
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import type { Message } from "../view-models/core";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { Beginning } from "./beginning";
import { Icon } from "./icons";
import { ItemRow } from "./message_items";
import type { MenuPlace } from "./message_menu";
import type { MessageActions } from "./message_row";
import { TimelineScroll } from "./timeline_scroll";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import { MissingPopup, onDemand } from "./on_demand";
import styles from "./message_list.module.css";
import { Spinner } from "./spinner";

/** Fetched when somebody first opens it. */
const MessageMenu = onDemand(() => import("./message_menu").then(({ default: menu }) => menu), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

const MessageInfo = onDemand(() => import("./message_info").then(({ MessageInfo: info }) => info), {
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
  const [menu, setMenu] = useState<MenuPlace>();
  const [asked, setAsked] = useState<Message>();
  // While the menu is open, the message gets its ticks, and what can be done with it then.
  const place = menu && { ...menu, message: model.timeline.message(menu.message.id) ?? menu.message };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) =>
    takeKey(event, (id) => model.timeline.message(id), actions, toComposer);
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
              onMenu={setMenu}
            />
          ))}
        </ol>
      </div>
      {away && loaded && <ToEnd unread={conversation.unread} onClick={() => void model.timeline.showNewest()} />}
      {place !== undefined && (
        <MessageMenu
          place={place}
          onReply={actions.reply}
          onReplyPrivately={model.isForPrivateReply(place.message) ? actions.replyPrivately : undefined}
          onCopy={actions.copy}
          onInfo={conversation.peer.case === "self" ? undefined : setAsked}
          onClose={() => setMenu(undefined)}
        />
      )}
      {asked !== undefined && (
        <MessageInfo message={asked} receiptsOf={model.receipts} onClose={() => setAsked(undefined)} />
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

/**
 * Arrows go from message to message, and below the last one to the composer; a message that has the focus has keys of
 * its own.
 */
function takeKey(
  event: KeyboardEvent<HTMLElement>,
  messageOf: (id: string) => Message | undefined,
  actions: Pick<MessageActions, "reply" | "copy">,
  toComposer: () => void,
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
    actions.reply(message);
  }
  if (event.key === "c") actions.copy(message);
  if (event.key === "Escape") {
    event.preventDefault();
    toComposer();
  }
}
