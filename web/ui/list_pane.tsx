// SPDX-License-Identifier: AGPL-3.0-or-later

// The left pane: who one is, the search, and the conversations.
import { useEffect, useRef, type KeyboardEvent } from "react";

import type { AppSnapshot, AppViewModel } from "../view-models/app";
import { matching } from "../view-models/conversation_list";
import { formatPhone, looksLikePhone } from "../view-models/phone";
import { moveFocusByArrows } from "./arrow_keys";
import { ConnectionBanner } from "./connection_banner";
import { ConversationRow } from "./conversation_row";
import { SEARCH_FIELD_ID } from "./focus_return";
import { FirstSteps } from "./first_steps";
import { Icon, Logo } from "./icons";
import { isEscape } from "./keys";
import { NotificationsBanner } from "./notifications_banner";
import { RebuiltBanner } from "./rebuilt_banner";
import { SearchResults } from "./search_results";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./list_pane.module.css";

interface ListPaneProps {
  app: AppViewModel;
  snapshot: AppSnapshot;
  profile: string;
  onInvite: () => void;
}

export function ListPane({ app, snapshot, profile, onInvite }: ListPaneProps) {
  const { query } = useViewModel(app.search);
  const { state } = snapshot;
  const someoneThere = useViewModel(app.list).conversations.length > 0;
  const field = useRef<HTMLInputElement>(null);
  const pane = useRef<HTMLElement>(null);

  useEffect(() => {
    const focusSearch = () => {
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener("kith:search", focusSearch);
    return () => document.removeEventListener("kith:search", focusSearch);
  }, []);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    moveFocusByArrows(event, "[data-row]");
    if (isEscape(event) && query !== "") {
      event.stopPropagation();
      app.search.clear();
      field.current?.focus();
    }
    if (event.key === "Enter" && event.target === field.current)
      pane.current?.querySelector<HTMLElement>("[data-row]")?.click();
  };

  return (
    <nav className="pane left" aria-label="Conversations" ref={pane} onKeyDown={onKeyDown}>
      <header className="pane-header">
        <div className={styles.wordmark}>
          <Logo />
          <h1>Chats</h1>
          {profile !== "" && (
            <span className={styles.profile} title="The profile of this browser that is shown">
              {profile}
            </span>
          )}
        </div>
        <button
          type="button"
          className="icon-button"
          id="open-new-chat"
          aria-label="New chat"
          title="New chat"
          onClick={() => app.showLeft("new-chat")}
        >
          <Icon name="compose" />
        </button>
      </header>
      <div className="search" role="search">
        <Icon name="search" />
        <input
          ref={field}
          id={SEARCH_FIELD_ID}
          type="search"
          aria-label="Search conversations and messages"
          placeholder="Search"
          value={query}
          maxLength={200}
          onChange={(event) => app.search.setQuery(event.target.value)}
        />
        {query !== "" && (
          <button type="button" className="icon-button" aria-label="Clear the search" onClick={app.search.clear}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <RebuiltBanner state={state} />
      <ConnectionBanner state={state} />
      {someoneThere && <NotificationsBanner model={app.notifications} />}
      <div className="pane-body">
        <Conversations app={app} snapshot={snapshot} query={query} onInvite={onInvite} />
      </div>
    </nav>
  );
}

interface ConversationsProps {
  app: AppViewModel;
  snapshot: AppSnapshot;
  query: string;
  onInvite: () => void;
}

function Conversations({ app, snapshot, query, onInvite }: ConversationsProps) {
  const { loaded, conversations } = useViewModel(app.list);
  const now = useNow();
  const found = matching(conversations, query);
  const searching = query.trim() !== "";
  const isNumber = looksLikePhone(query);
  const open = (id: string) => void app.openConversation(id);

  if (loaded && conversations.length === 0 && !searching) {
    return <FirstSteps onNewChat={() => app.showLeft("new-chat")} onInvite={onInvite} />;
  }
  return (
    <>
      {found.length > 0 && (
        <section aria-label="Chats">
          {searching && <h2 className="section-title">Chats</h2>}
          <ul className="rows">
            {found.map((each) => (
              <ConversationRow
                key={each.id}
                conversation={each}
                current={snapshot.open?.id === each.id}
                now={now}
                onOpen={open}
              />
            ))}
          </ul>
        </section>
      )}
      {isNumber && found.length === 0 && (
        <div className="rows">
          <button
            type="button"
            className="action-row"
            data-row
            onClick={() => {
              app.showLeft("new-chat");
              void app.contacts.openPhone(query);
            }}
          >
            <span className="disc">
              <Icon name="compose" />
            </span>
            {`Write to ${formatPhone(query.trim())}`}
          </button>
        </div>
      )}
      {searching && <SearchResults app={app} now={now} nothingElse={found.length === 0} />}
    </>
  );
}
