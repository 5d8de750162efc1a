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
  const { conversation, selecting } = useViewModel(model);
  const { ids } = useViewModel<{ ids: ReadonlySet<string> }>(selecting ?? NOTHING_CHOSEN);
  const chosen = selecting && ids;
  const now = useNow();
  const { scroller, rows, away, look } = useTimelineScroll(model, covered);
  const [popup, setPopup] = useState<MessagePopup>();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const react = (message: Message, row: HTMLElement) => {
      const over = row.querySelector("[data-bubble]");
      if (over !== null && canReact(conversation, message)) setPopup({ kind: "react", message, row, over });
    };
    const remove = (messages: readonly Message[]) => setPopup({ kind: "delete", messages });
    const messagesOf = (row: HTMLElement) =>
      (row.dataset.members ?? row.dataset.key ?? "").split(" ").flatMap((id) => model.timeline.message(id) ?? []);
    if (selecting === undefined) takeKey(event, messagesOf, { ...actions, react, remove, toComposer });
    else takeKeyOfChoice(event, messagesOf, actions.select);
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
              chosen={chosen}
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
          toComposer={toComposer}
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

const NONE = { ids: new Set<string>() };
const NOTHING_CHOSEN = { snapshot: () => NONE, subscribe: () => () => undefined };

interface KeyActions extends Pick<MessageActions, "reply" | "copy"> {
  react: (message: Message, row: HTMLElement) => void;
  /** Asks whether it is to be deleted. */
  remove: (messages: readonly Message[]) => void;
  toComposer: () => void;
}

type MessagesOf = (row: HTMLElement) => readonly Message[];

const rowAt = (target: EventTarget): HTMLElement | null =>
  (target as HTMLElement).closest<HTMLElement>("[data-message]");

/** The last one of which something is in view has the focus. */
export function focusLastInView(): void {
  const { bottom = 0 } = document.querySelector("[data-timeline]")?.getBoundingClientRect() ?? {};
  const rows = [...document.querySelectorAll<HTMLElement>("[data-message]")];
  (rows.findLast((row) => row.getBoundingClientRect().top < bottom) ?? rows.at(-1))?.focus();
}

/**
 * Arrows go from message to message, from the list to the last one that is seen, and below the last one to the
 * composer; a message that has the focus has keys of its own: Enter or R answers it, E says something to it with an
 * emoji, C copies it, Delete deletes it, Escape goes to the composer.
 */
function takeKey(
  event: KeyboardEvent<HTMLElement>,
  messagesOf: MessagesOf,
  { reply, copy, react, remove, toComposer }: KeyActions,
): void {
  if (event.target instanceof HTMLTextAreaElement) return;
  if (event.key === "ArrowUp" && event.target === event.currentTarget) {
    event.preventDefault();
    return focusLastInView();
  }
  const row = rowAt(event.target);
  if (row === null) return;
  if (event.key === "ArrowDown" && row === row.parentElement?.lastElementChild) {
    event.preventDefault();
    return toComposer();
  }
  moveFocusByArrows(event, "[data-message]");
  const message = messagesOf(row).at(-1);
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
  if (event.key === "Delete") remove(messagesOf(row));
  if (event.key === "Escape") {
    event.preventDefault();
    toComposer();
  }
}

/** While messages are chosen: arrows go from one to the next, Space chooses it, and with Shift all up to it. */
function takeKeyOfChoice(
  event: KeyboardEvent<HTMLElement>,
  messagesOf: MessagesOf,
  select: MessageActions["select"],
): void {
  const row = rowAt(event.target);
  moveFocusByArrows(event, "[data-message]");
  if (row === null || event.key !== " " || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  select(messagesOf(row), event.shiftKey);
}
