// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages that the window of the timeline shows, and the scrolling: it stays at the end when it is there, stays at what is being read
// when rows come or go above, and asks for more near either end.
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { titleOf, type Message } from "../view-models/core";
import { dayText } from "../view-models/time_text";
import { END } from "../view-models/timeline";
import { moveFocusByArrows } from "./arrow_keys";
import { Icon } from "./icons";
import { noticeText } from "./identity_banner";
import type { MenuPlace } from "./message_menu";
import { MessageRow } from "./message_row";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./message_list.module.css";

/** Fetched when somebody first opens it. */
const MessageMenu = lazy(() => import("./message_menu"));

interface MessageListProps {
  model: ConversationViewModel;
  onQuote: (id: string) => void;
  onReply: (message: Message) => void;
  onCopy: (message: Message) => void;
  onSendAgain: (message: Message) => void;
  onIdentityNotice: () => void;
  toComposer: () => void;
  /** Something lies over the messages: nobody sees them. */
  covered: boolean;
}

const AT_END_PX = 48;
const NEAR_PX = 700;
/** Between the top of the list and the line of unread messages, when a conversation is opened there. */
const ABOVE_PX = 80;

interface Anchor {
  key: string;
  top: number;
}

/** The first message that is in view, and where it is. What stands between messages is not the same row after older ones came. */
function anchorOf(scroller: HTMLElement, rows: HTMLElement): Anchor | undefined {
  const { top } = scroller.getBoundingClientRect();
  for (const row of rows.children) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top && (row as HTMLElement).dataset.message !== undefined)
      return { key: (row as HTMLElement).dataset.key ?? "", top: box.top - top };
  }
  return undefined;
}

/** Of a message this much has to be in view for it to be seen. */
const SEEN_PX = 32;

/** The id of the last message that is in view; "" for none. */
function lastOnScreen(scroller: HTMLElement, rows: HTMLElement): string {
  const { top, bottom } = scroller.getBoundingClientRect();
  for (let row = rows.lastElementChild; row !== null; row = row.previousElementSibling) {
    const box = row.getBoundingClientRect();
    if (box.bottom <= top) break;
    const { message, key = "" } = (row as HTMLElement).dataset;
    if (message !== undefined && box.height > 0 && box.top + Math.min(box.height, SEEN_PX) <= bottom) return key;
  }
  return "";
}

function rowOf(rows: HTMLElement, key: string): HTMLElement | undefined {
  for (const row of rows.children) if ((row as HTMLElement).dataset.key === key) return row as HTMLElement;
  return undefined;
}

export function MessageList({
  model,
  onQuote,
  onReply,
  onCopy,
  onSendAgain,
  onIdentityNotice,
  toComposer,
  covered,
}: MessageListProps) {
  const snapshot = useViewModel(model.timeline);
  const { conversation } = useViewModel(model);
  const { unread } = conversation;
  const { items, loaded, olderThere, atNewest, jump } = snapshot;
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLOListElement>(null);
  const pinned = useRef(true);
  const anchor = useRef<Anchor>(undefined);
  const jumped = useRef(0);
  const widening = useRef(false);
  const lookAgain = useRef<() => void>(undefined);
  const [away, setAway] = useState(false);
  const [menu, setMenu] = useState<MenuPlace>();

  /** After the next frame: what there is to see is seen first. */
  const widen = (step: () => Promise<void>) => {
    widening.current = true;
    requestAnimationFrame(() =>
      setTimeout(
        () =>
          void step().finally(() => {
            widening.current = false;
            lookAgain.current?.();
          }),
      ),
    );
  };

  const look = useCallback(() => {
    const frame = scroller.current;
    if (frame === null || rows.current === null) return;
    const { atNewest: complete, olderThere: older } = model.timeline.snapshot();
    const below = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
    pinned.current = complete && below < AT_END_PX;
    anchor.current = anchorOf(frame, rows.current);
    model.setView(pinned.current, covered ? "" : lastOnScreen(frame, rows.current));
    setAway(!complete || below > frame.clientHeight / 2);
    if (widening.current) return;
    if (frame.scrollTop < (pinned.current ? 1 : NEAR_PX) && older) widen(model.timeline.showOlder);
    else if (!complete && below < NEAR_PX) widen(model.timeline.showNewer);
  }, [model, covered]);

  useEffect(() => {
    lookAgain.current = look;
    return () => (lookAgain.current = undefined);
  }, [look]);

  useLayoutEffect(() => {
    const frame = scroller.current;
    const list = rows.current;
    if (frame === null || list === null || !loaded) return;
    if (jump !== undefined && jump.round !== jumped.current) {
      jumped.current = jump.round;
      const row = rowOf(list, jump.to);
      if (jump.to === END) {
        pinned.current = true;
        frame.scrollTop = frame.scrollHeight;
      } else if (row !== undefined) {
        if (jump.highlight) {
          row.scrollIntoView({ block: "center" });
          flash(row);
        } else {
          // in one step: near the end it can't be that far up, and then the end is where the list is
          frame.scrollTop += row.getBoundingClientRect().top - frame.getBoundingClientRect().top - ABOVE_PX;
        }
      }
    } else if (pinned.current && atNewest) {
      frame.scrollTop = frame.scrollHeight;
    } else if (anchor.current !== undefined) {
      const row = rowOf(list, anchor.current.key);
      if (row !== undefined)
        frame.scrollTop += row.getBoundingClientRect().top - frame.getBoundingClientRect().top - anchor.current.top;
    }
    look();
  }, [items, loaded, jump, atNewest, look]);

  useEffect(() => {
    const frame = scroller.current;
    if (frame === null || rows.current === null) return;
    const observer = new ResizeObserver(() => {
      if (pinned.current) frame.scrollTop = frame.scrollHeight;
      lookAgain.current?.();
    });
    observer.observe(frame);
    observer.observe(rows.current);
    return () => observer.disconnect();
  }, []);

  const toEnd = () => {
    void model.timeline.showNewest();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target instanceof HTMLTextAreaElement) return;
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-message]");
    if (row === null) return;
    if (event.key === "ArrowDown" && row === rows.current?.lastElementChild) {
      event.preventDefault();
      return toComposer();
    }
    moveFocusByArrows(event, "[data-message]");
    const message = model.timeline.message(row.dataset.key ?? "");
    if (message === undefined || event.ctrlKey || event.metaKey || event.altKey || event.target !== row) return;
    if (event.key === "Enter" || event.key === "r") {
      event.preventDefault();
      onReply(message);
    }
    if (event.key === "c") onCopy(message);
    if (event.key === "Escape") {
      event.preventDefault();
      toComposer();
    }
  };

  return (
    <div className={styles.timelineFrame}>
      <div
        className={styles.timeline}
        data-timeline
        role="log"
        aria-label="Messages"
        ref={scroller}
        onScroll={look}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <ol ref={rows}>
          {olderThere && (
            <li className={styles.older} data-key="older">
              <span className="spinner" aria-label="Loading older messages" />
            </li>
          )}
          {loaded && !olderThere && (
            <li className={styles.beginning} data-key="beginning">
              <Icon name="lock" />
              <span>
                {conversation.peer.case === "self"
                  ? "What you write here is end-to-end encrypted: only you can read it, not the server."
                  : `Messages here are end-to-end encrypted: only you and ${conversation.title} can read them, not the server.`}
              </span>
            </li>
          )}
          {items.map((item) => {
            switch (item.kind) {
              case "day":
                return (
                  <li key={item.key} data-key={item.key} className={styles.day}>
                    <span>{dayText(item.ms, now)}</span>
                  </li>
                );
              case "unread":
                return (
                  <li key="unread" data-key="unread" className={styles.unreadLine}>
                    {item.count === 1 ? "1 unread message" : `${item.count} unread messages`}
                  </li>
                );
              case "notice":
                return (
                  <li key={item.key} data-key={item.key} className={styles.noticeRow}>
                    <button type="button" onClick={onIdentityNotice}>
                      {noticeText(item.message, titleOf(conversation))}
                    </button>
                  </li>
                );
              case "message":
                return (
                  <MessageRow
                    key={item.key}
                    message={item.message}
                    first={item.first}
                    last={item.last}
                    timed={item.timed}
                    partner={conversation.title}
                    onQuote={onQuote}
                    onReply={onReply}
                    onMenu={setMenu}
                    onSendAgain={onSendAgain}
                  />
                );
            }
          })}
        </ol>
      </div>
      {away && loaded && (
        <button
          type="button"
          className={`${styles.toEnd} ${unread > 0 ? styles.news : ""}`}
          onClick={toEnd}
          aria-label={unread > 0 ? undefined : "To the newest message"}
        >
          <Icon name="down" />
          {unread > 0 && (unread === 1 ? "1 new message" : `${unread} new messages`)}
        </button>
      )}
      {menu !== undefined && (
        <Suspense>
          <MessageMenu place={menu} onReply={onReply} onCopy={onCopy} onClose={() => setMenu(undefined)} />
        </Suspense>
      )}
    </div>
  );
}

/** Shows which message was meant. */
function flash(row: HTMLElement): void {
  const colour = getComputedStyle(row).getPropertyValue("--apricot");
  row.animate(
    [{ backgroundColor: colour }, { backgroundColor: colour, offset: 0.4 }, { backgroundColor: "transparent" }],
    { duration: 1800, easing: "ease-out" },
  );
}
