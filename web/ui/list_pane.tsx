// SPDX-License-Identifier: AGPL-3.0-or-later

// The left pane: who one is, the search, and the conversations.
import { useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from "react";

import { isNewHandle, matching, type ConversationListViewModel } from "../view-models/conversation_list";
import type { Message, State } from "../view-models/core";
import type { NotificationsViewModel } from "../view-models/notifications";
import { formatPhone } from "../view-models/phone";
import type { LeftPanel, SettingsSection } from "../view-models/route";
import { numberText } from "../view-models/intl_text";
import { say } from "../view-models/say";
import type { SearchViewModel } from "../view-models/search";
import { moveFocusByArrows } from "./arrow_keys";
import { ConnectionBanner } from "./connection_banner";
import { ConversationRows, type ConversationRowActions } from "./conversation_rows";
import { SEARCH_FIELD_ID } from "./focus_return";
import { Icon, Logo } from "./icons";
import { isEscape } from "./keys";
import { ListFilters } from "./list_filters";
import { onDemand } from "./on_demand";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./list_pane.module.css";
import buttons from "./parts/button.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

const DeviceNoticeBanner = onDemand(() => import("./device_notices").then(({ DeviceNoticeBanner: banner }) => banner));
const RebuiltBanner = onDemand(() => import("./rebuilt_banner").then(({ RebuiltBanner: banner }) => banner));
/** Fetched when somebody first searches. */
const SearchResults = onDemand(() => import("./search_results").then(({ SearchResults: results }) => results));
const NotificationsBanner = onDemand(
  () => import("./notifications_banner").then(({ NotificationsBanner: banner }) => banner),
  { missing: () => null }, // it is asked the next time
);
const FirstSteps = onDemand(() => import("./first_steps").then(({ FirstSteps: steps }) => steps));

/** What the pane shows. */
export interface ListPaneModels {
  readonly list: ConversationListViewModel;
  readonly search: SearchViewModel;
  readonly notifications: NotificationsViewModel;
}

/** What the pane asks of the app around it. */
export interface ListPaneActions extends ConversationRowActions {
  openMessage: (message: Message, found: readonly string[]) => unknown;
  showLeft: (panel: LeftPanel, section?: SettingsSection) => void;
  /** Opens the conversation with a number. */
  writeTo: (handle: string) => void;
  /** Looks for the server at once, which is looked for again and again anyway. */
  tryNow: () => void;
  /** A short word on what was done. */
  tell: (words: string) => void;
}

interface ListPaneProps {
  models: ListPaneModels;
  state: State | undefined;
  /** The conversation that is open; "" for none. */
  openId: string;
  profile: string;
  actions: ListPaneActions;
  onInvite: () => void;
}

export function ListPane({ models, state, openId, profile, actions, onInvite }: ListPaneProps) {
  const { search, list, notifications } = models;
  const searching = useViewModel(search).query.trim() !== "";
  const { conversations, archived } = useViewModel(list);
  const someoneThere = conversations.length + archived.length > 0;
  const field = useRef<HTMLInputElement>(null);
  const pane = useRef<HTMLElement>(null);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    moveFocusByArrows(event, "[data-row]");
    if (isEscape(event) && search.snapshot().query !== "") {
      event.stopPropagation();
      search.clear();
      field.current?.focus();
    } else if (isEscape(event) && list.snapshot().filter !== "all") {
      event.stopPropagation();
      list.choose("all");
    }
    if (event.key === "Enter" && event.target === field.current)
      pane.current?.querySelector<HTMLElement>("[data-row]:not(#open-archived)")?.click();
  };

  return (
    <nav
      className={panes.pane}
      data-pane="left"
      aria-label={say("list.conversations")}
      ref={pane}
      onKeyDown={onKeyDown}
    >
      <header className={panes.header}>
        <div className={styles.wordmark}>
          <Logo className={styles.logo} />
          <h1>{say("common.chats")}</h1>
          {profile !== "" && (
            <span className={styles.profile} title={say("list.profileHint")}>
              {profile}
            </span>
          )}
        </div>
        <button
          type="button"
          className={buttons.iconButton}
          id="open-new-chat"
          aria-label={say("common.newChat")}
          title={say("common.newChat")}
          onClick={() => actions.showLeft("new-chat")}
        >
          <Icon name="compose" />
        </button>
      </header>
      <SearchField model={search} field={field} />
      {someoneThere && !searching && <ListFilters model={list} withCore={actions.withCore} tell={actions.tell} />}
      {state?.rebuilt !== undefined && <RebuiltBanner state={state} />}
      <ConnectionBanner state={state} onTry={actions.tryNow} />
      {state !== undefined && state.deviceNotices.length > 0 && (
        <DeviceNoticeBanner state={state} onLook={() => actions.showLeft("settings", "devices")} />
      )}
      {someoneThere && !searching && <NotificationsBanner model={notifications} />}
      <div className={panes.body}>
        <Conversations models={models} openId={openId} actions={actions} onInvite={onInvite} />
      </div>
    </nav>
  );
}

function SearchField({ model, field }: { model: SearchViewModel; field: RefObject<HTMLInputElement | null> }) {
  const { query, wanted } = useViewModel(model);
  useLayoutEffect(() => {
    if (!wanted) return;
    field.current?.focus();
    field.current?.select();
    model.fieldHasFocus();
  }, [wanted, model, field]);
  return (
    <div className={searches.search} role="search">
      <Icon name="search" />
      <input
        ref={field}
        id={SEARCH_FIELD_ID}
        type="search"
        aria-label={say("list.searchLabel")}
        placeholder={say("common.search")}
        value={query}
        maxLength={200}
        onChange={(event) => model.setQuery(event.target.value)}
      />
      {query !== "" && (
        <button type="button" className={buttons.iconButton} aria-label={say("list.clearSearch")} onClick={model.clear}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

interface ConversationsProps {
  models: ListPaneModels;
  openId: string;
  actions: ListPaneActions;
  onInvite: () => void;
}

function Conversations({ models, openId, actions, onInvite }: ConversationsProps) {
  const { list, search } = models;
  const { loaded, conversations, archived, shown, filter } = useViewModel(list);
  const { query } = useViewModel(search);
  const now = useNow();
  const searching = query.trim() !== "";
  const found = searching ? matching([...conversations, ...archived], query) : shown;
  const isNew = isNewHandle(found, query);

  if (loaded && conversations.length + archived.length === 0 && !searching) {
    return <FirstSteps onNewChat={() => actions.showLeft("new-chat")} onInvite={onInvite} />;
  }
  return (
    <>
      {archived.length > 0 && !searching && (
        <div className={`${rows.rows} ${styles.archived}`}>
          <button
            id="open-archived"
            type="button"
            className={`${rows.action} ${styles.toArchived}`}
            data-row
            onClick={() => actions.showLeft("archived")}
          >
            <Icon name="archive" />
            <span className={styles.words}>{say("archived.title")}</span>
            <span className={rows.time}>{numberText(archived.length)}</span>
          </button>
        </div>
      )}
      {isNew && (
        <div className={rows.rows}>
          <button type="button" className={rows.action} data-row onClick={() => actions.writeTo(query)}>
            <span className={rows.disc}>
              <Icon name="compose" />
            </span>
            {say("common.writeTo", { handle: formatPhone(query.trim()) })}
          </button>
        </div>
      )}
      {!searching && loaded && found.length === 0 && filter !== "all" && (
        <div className={rows.empty}>
          <p role="status">{say(filter === "unread" ? "filters.nothingUnread" : "filters.nothing")}</p>
          <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={() => list.choose("all")}>
            {say("filters.showAll")}
          </button>
        </div>
      )}
      {(found.length > 0 || !searching) && (
        <section aria-label={say("common.chats")}>
          {searching && <h2 className={rows.sectionTitle}>{say("common.chats")}</h2>}
          <ConversationRows conversations={found} openId={openId} now={now} actions={actions} />
        </section>
      )}
      {searching && (
        <SearchResults
          model={search}
          conversationOf={(id) => list.find(id)}
          onOpen={actions.openMessage}
          now={now}
          nothingElse={found.length === 0 && !isNew}
        />
      )}
    </>
  );
}
