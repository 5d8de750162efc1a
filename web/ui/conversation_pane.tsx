// SPDX-License-Identifier: AGPL-3.0-or-later

// The right pane: head, messages, composer of the open conversation.
import { useEffect, useRef } from "react";

import type { AppViewModel } from "../view-models/app";
import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, phoneOf, PresenceKind, textOf, titleOf, type Conversation, type Message } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { lastSeenText, millis } from "../view-models/time_text";
import { Avatar } from "./avatar";
import { Composer } from "./composer";
import { Icon } from "./icons";
import { IdentityBanner } from "./identity_banner";
import { isEscape } from "./keys";
import { MessageList } from "./message_list";
import { NARROW, useMedia } from "./use_media";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./conversation_pane.module.css";

interface ConversationPaneProps {
  app: AppViewModel;
  model: ConversationViewModel;
  details: boolean;
}

export function ConversationPane({ app, model, details }: ConversationPaneProps) {
  const narrow = useMedia(NARROW);
  const { conversation } = useViewModel(model);
  const field = useRef<HTMLTextAreaElement>(null);

  const reply = (message: Message) => {
    model.composer.quote(message);
    field.current?.focus();
  };
  const copy = (message: Message) => {
    void navigator.clipboard.writeText(textOf(message)).then(
      () => app.tell("Copied."),
      () => app.tell("This browser does not allow copying here."),
    );
  };
  const sendAgain = (message: Message) => void model.sendAgain(message);

  useEffect(() => {
    // On touch screens the keyboard would cover half of what one wants to read.
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [model]);

  return (
    <main
      className="pane conversation"
      aria-label={`Conversation with ${titleOf(conversation)}`}
      onKeyDown={(event) => {
        if (!isEscape(event) || event.defaultPrevented) return;
        event.stopPropagation();
        if (app.route.details) app.closeDetails();
        else if (model.composer.snapshot().quoted !== undefined) model.composer.cancelQuote();
        else app.closeConversation();
      }}
    >
      <h1 className="visually-hidden">{titleOf(conversation)}</h1>
      <Header app={app} conversation={conversation} />
      <MessageList
        key={model.id}
        model={model}
        onQuote={(id) => void app.jumpTo(id)}
        onReply={reply}
        onCopy={copy}
        onSendAgain={sendAgain}
        onIdentityNotice={app.openDetails}
        covered={details && narrow}
        toComposer={() => field.current?.focus()}
      />
      <IdentityBanner model={model} onCompare={app.openDetails} />
      <Composer key={`composer-${model.id}`} model={model} field={field} onUnblock={app.openDetails} />
    </main>
  );
}

function Header({ app, conversation }: { app: AppViewModel; conversation: Conversation }) {
  const status = useStatus(conversation);
  return (
    <header className={`pane-header ${styles.conversationHeader}`}>
      <button
        type="button"
        className={`icon-button ${styles.back}`}
        aria-label="Back to the conversations"
        onClick={app.closeConversation}
      >
        <Icon name="back" />
      </button>
      <button type="button" className={styles.partner} onClick={app.toggleDetails}>
        <Avatar id={conversation.id} title={conversation.title} size="small" />
        <span className={styles.names}>
          <span className="name">
            <span dir="auto">{conversation.title}</span>
            {directOf(conversation)?.verified === true && <Icon name="shield" />}
          </span>
          <span className={`${styles.status} ${status.kind}`} data-part="status" aria-live="polite">
            {status.text}
          </span>
        </span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Search"
        title="Search (Ctrl+K)"
        onClick={() => {
          app.showLeft("list");
          document.dispatchEvent(new Event("kith:search"));
        }}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        className="icon-button"
        id="open-details"
        aria-label="Contact details"
        title="Contact details"
        onClick={app.toggleDetails}
      >
        <Icon name="info" />
      </button>
    </header>
  );
}

function useStatus(conversation: Conversation): { text: string; kind: "" | "typing" | "lively" } {
  const presence = directOf(conversation)?.presence;
  const phone = phoneOf(conversation);
  const now = useNow();
  if (conversation.typing.length > 0) return { text: "typing …", kind: "typing" };
  switch (presence?.kind) {
    case PresenceKind.kOnline:
      return { text: "online", kind: "lively" };
    case PresenceKind.kLastSeen:
      return { text: lastSeenText(millis(presence.lastSeenUs), now), kind: "" };
    default:
      return { text: phone === "" || conversation.title === phone ? "" : formatPhone(phone), kind: "" };
  }
}
