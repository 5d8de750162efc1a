// SPDX-License-Identifier: AGPL-3.0-or-later

// Where one writes: Enter sends, Shift+Enter makes a new line; or, as it was chosen and on touch screens, Enter makes
// the line, and Ctrl or Cmd with it and the button send.
import { useContext, useEffect, useRef, type FormEvent, type ReactNode, type RefObject } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, mediaOf, titleOf, type Message } from "../view-models/core";
import { closedText } from "../view-models/group_text";
import { previewLine, type Line } from "../view-models/preview_text";
import { say } from "../view-models/say";
import { AttachButton } from "./attach_button";
import { Icon } from "./icons";
import { MediaContext } from "./media_context";
import { focusLastInView } from "./message_list";
import { MicButton } from "./mic_button";
import { onDemand } from "./on_demand";
import { QuotedIn, QuotedPicture } from "./quoted_in";
import { OneLine } from "./rich_text";
import { useViewModel } from "./use_view_model";
import { Writing } from "./writing";
import styles from "./composer.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import quotes from "./parts/quote.module.css";

/** Fetched when somebody first records a voice message. */
const RecordingLine = onDemand(() => import("./recording_line").then(({ RecordingLine: line }) => line), {
  waiting: () => <div className={styles.composerBox} />,
});
/** Fetched when something could be in it: what sends files is here. */
const SendingFiles = onDemand(() => import("./sending_files").then(({ SendingFiles: files }) => files), {
  files: true,
});
/** Fetched with the first link that somebody writes. */
const ComposerLink = onDemand(() => import("./composer_link").then(({ ComposerLink: link }) => link), {
  files: true,
  missing: () => null, // the message goes without
});
interface ComposerProps {
  model: ConversationViewModel;
  field: RefObject<HTMLTextAreaElement | null>;
}

export function Composer({ model, field }: ComposerProps) {
  const { conversation, recording, linking } = useViewModel(model);
  const { editing, error } = useViewModel(model.composer);
  const { tools } = useContext(MediaContext);
  const { mayBeSent } = model.composer;
  const verb = say(editing === undefined ? "composer.send" : "composer.save");

  useCursorInEdited(editing, field);

  const send = () => {
    void model.composer.send();
    field.current?.focus();
  };
  /** Edits the last message of one's own; else, and with Shift, to the messages. */
  const toMessages = async (shift: boolean) => {
    const corrections = shift ? undefined : await model.corrections().catch(() => undefined);
    if (corrections?.editLast() !== true) focusLastInView();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const blocked = directOf(conversation)?.blocked === true;
  useFocusWhenUnblocked(blocked, field);
  if (blocked) return <Blocked model={model} />;
  const closed = closedText(conversation);
  if (closed !== "") return <Closed>{closed}</Closed>;
  return (
    <form className={styles.composer} data-composer onSubmit={onSubmit}>
      {error !== "" && (
        <p className={`${fields.error} ${styles.error}`} role="alert">
          {error}
        </p>
      )}
      {tools !== undefined && <SendingFiles conversation={conversation.id} />}
      <div className={styles.composerFrame}>
        {recording !== undefined ? (
          <RecordingLine model={recording} />
        ) : (
          <Writing
            model={model}
            field={field}
            label={
              editing === undefined ? say("composer.messageTo", { title: titleOf(conversation) }) : say("composer.edit")
            }
            placeholder={say("composer.placeholder")}
            before={editing === undefined && <AttachButton model={model} />}
            above={
              <>
                <About model={model} onEdited={() => field.current?.focus()} />
                {linking !== undefined && <ComposerLink model={linking} />}
              </>
            }
            onEnter={send}
            onUp={(shift) => void toMessages(shift)}
          />
        )}
        <Main model={model} onMic={!mayBeSent && editing === undefined} />
        {mayBeSent && recording === undefined && (
          <button type="submit" className={styles.send} aria-label={verb} title={verb}>
            <Icon name={editing === undefined ? "send" : "check"} />
          </button>
        )}
      </div>
    </form>
  );
}

/** Beside an empty text: the microphone; it stays while it is held. */
function Main({ model, onMic }: { model: ConversationViewModel; onMic: boolean }) {
  const { recording } = useViewModel(model);
  const { locked } = useViewModel<{ locked: boolean }>(recording ?? NOT_RECORDING);
  if (recording === undefined ? !onMic : locked) return null;
  return <MicButton model={model} held={recording !== undefined} />;
}
const UNLOCKED = { locked: false };
const NOT_RECORDING = { snapshot: () => UNLOCKED, subscribe: () => () => undefined };

/** One goes on at the end of what is edited, and of what was being written before. */
function useCursorInEdited(editing: Message | undefined, field: ComposerProps["field"]): void {
  const before = useRef(editing);
  useEffect(() => {
    if (before.current === editing) return;
    before.current = editing;
    requestAnimationFrame(() => {
      const area = field.current;
      if (area === null || (editing === undefined && document.activeElement !== area)) return;
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
    });
  }, [editing, field]);
}

function useFocusWhenUnblocked(blocked: boolean, field: ComposerProps["field"]): void {
  const wasBlocked = useRef(blocked);
  useEffect(() => {
    // The button that unblocked is gone: one goes on where it was.
    if (wasBlocked.current && !blocked && document.activeElement === document.body) field.current?.focus();
    wasBlocked.current = blocked;
  }, [blocked, field]);
}

/** In its place where nothing can be written: why. */
function Closed({ children }: { children: string }) {
  return (
    <p className={`${styles.composer} ${styles.composerBlocked}`} data-part="closed" role="status">
      {children}
    </p>
  );
}

/** In its place while the partner is blocked: the way back. */
function Blocked({ model }: { model: ConversationViewModel }) {
  const { conversation } = useViewModel(model);
  const { error } = useViewModel(model.composer);
  return (
    <div className={`${styles.composer} ${styles.composerBlocked}`} data-part="blocked">
      <span>{say("composer.youBlocked", { title: titleOf(conversation) })}</span>
      <button
        type="button"
        className={`${buttons.button} ${buttons.small} ${styles.unblock}`}
        onClick={() => void model.setBlocked(false)}
      >
        {say("common.unblock")}
      </button>
      {error !== "" && (
        <p className={`${fields.error} ${styles.error}`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** The message that is edited, or answered. */
function About({ model, onEdited }: { model: ConversationViewModel; onEdited: () => void }) {
  const { conversation } = useViewModel(model);
  const { quoted, editing } = useViewModel(model.composer);
  const { cancelEdit, cancelQuote } = model.composer;
  if (editing !== undefined)
    return (
      <Above
        part="composer-edit"
        title={say("composer.edit")}
        excerpt={previewLine(editing, "")}
        thumbnail={mediaOf(editing)?.thumbnail}
        cancel={say("composer.cancelEdit")}
        onCancel={() => {
          cancelEdit();
          onEdited();
        }}
      />
    );
  if (quoted === undefined) return null;
  const { isOwn, author, group, excerpt, thumbnail } = quoted;
  const name = isOwn ? say("common.you") : author === "" ? titleOf(conversation) : author;
  return (
    <Above
      part="composer-quote"
      title={<QuotedIn name={name} group={group} />}
      excerpt={excerpt}
      thumbnail={thumbnail}
      cancel={say("composer.cancelQuote")}
      onCancel={cancelQuote}
    />
  );
}

interface AboveProps {
  part: string;
  title: ReactNode;
  excerpt: Line;
  thumbnail: Uint8Array | undefined;
  /** What the button says that ends it. */
  cancel: string;
  onCancel: () => void;
}

/** Above what is being written: the message that it is about. */
function Above({ part, title, excerpt, thumbnail, cancel, onCancel }: AboveProps) {
  return (
    <div className={styles.composerQuote} data-part={part}>
      <div className={`${quotes.quote} ${styles.quoted}`}>
        <span className={quotes.author} dir="auto">
          {title}
        </span>
        <span className={`${quotes.excerpt} ${styles.excerpt}`}>
          <OneLine line={excerpt} />
        </span>
        <QuotedPicture thumbnail={thumbnail} />
      </div>
      <button type="button" className={buttons.iconButton} aria-label={cancel} onClick={onCancel}>
        <Icon name="close" />
      </button>
    </div>
  );
}
