// SPDX-License-Identifier: AGPL-3.0-or-later

// Under the head of a conversation: the search within it. Enter and the arrows go from hit to hit, Escape closes it.
import type { KeyboardEvent } from "react";

import type { ChatSearchViewModel } from "../view-models/chat_search";
import { say } from "../view-models/say";
import styles from "./chat_search.module.css";
import { IconButton } from "./icon_button";
import { Icon } from "./part_icons";
import { useOverlay } from "./keys";
import { useViewModel } from "./use_view_model";
import searches from "./parts/search.module.css";

interface ChatSearchProps {
  model: ChatSearchViewModel;
  /** It is closed: the focus goes back to where it was opened. */
  onClosed: () => void;
}

export function ChatSearch({ model, onClosed }: ChatSearchProps) {
  const { query, hits, at, more, error } = useViewModel(model);
  const close = () => {
    model.close();
    onClosed();
  };
  useOverlay(true, close);
  const onKeyDown = (event: KeyboardEvent) => {
    const older = event.key === "ArrowUp" || (event.key === "Enter" && !event.shiftKey);
    if (!older && event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    if (older) model.older();
    else model.newer();
  };
  const count = hits?.length ?? 0;
  return (
    <div className={styles.bar} role="search" aria-label={say("chatSearch.searchThisChat")}>
      <div className={searches.search}>
        <Icon name="search" />
        <input
          type="search"
          autoFocus
          aria-label={say("chatSearch.searchThisChat")}
          placeholder={say("chatSearch.searchThisChat")}
          maxLength={200}
          value={query}
          onChange={(event) => model.setQuery(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <span className={styles.place} role="status">
        {error !== ""
          ? error
          : hits === undefined
            ? ""
            : count === 0
              ? say("chatSearch.nothing")
              : say("chatSearch.place", { place: at + 1, count, more: more ? "yes" : "no" })}
      </span>
      <Step icon="up" label={say("chatSearch.older")} disabled={at + 1 >= count} onClick={model.older} />
      <Step icon="down" label={say("chatSearch.newer")} disabled={at === 0} onClick={model.newer} />
      <Step icon="close" label={say("chatSearch.close")} disabled={false} onClick={close} />
    </div>
  );
}

interface StepProps {
  icon: "up" | "down" | "close";
  label: string;
  disabled: boolean;
  onClick: () => void;
}

function Step({ icon, label, disabled, onClick }: StepProps) {
  return (
    <IconButton className={styles.step} label={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </IconButton>
  );
}
