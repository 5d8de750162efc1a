// SPDX-License-Identifier: AGPL-3.0-or-later

// Where one writes: Enter sends, Shift+Enter makes a new line; on touch screens Enter makes the line and the button
// sends.
import {
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from "react";

import type { ComposerViewModel } from "../view-models/composer";
import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, mediaOf, titleOf, type Member, type Message } from "../view-models/core";
import { closedText } from "../view-models/group_text";
import type { MentionChoiceSnapshot, MentionChoiceViewModel } from "../view-models/mention_choice";
import { previewLine, type Line } from "../view-models/preview_text";
import { say } from "../view-models/say";
import { AttachButton } from "./attach_button";
import { EmojiPicker } from "./emoji_picker";
import { Icon } from "./icons";
import { MediaContext } from "./media_context";
import { focusLastInView } from "./message_list";
import { MicButton } from "./mic_button";
import { onDemand } from "./on_demand";
import { QuotedIn, QuotedPicture } from "./quoted_in";
import { OneLine } from "./rich_text";
import { useViewModel } from "./use_view_model";
import styles from "./composer.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import quotes from "./parts/quote.module.css";

/** Fetched when somebody first wants to name a member; its elements are those that the field speaks of. */
const MentionList = onDemand(() => import("./mention_list").then(({ MentionList: list }) => list));
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
export const MENTION_LIST_ID = "mention-list";
export const mentionOptionId = (at: number): string => `${MENTION_LIST_ID}-${at}`;

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

interface WritingProps {
  model: ConversationViewModel;
  field: RefObject<HTMLTextAreaElement | null>;
  label: string;
  placeholder: string;
  /** Before the text, in its line. */
  before?: ReactNode;
  /** In the same box, above the line. */
  above?: ReactNode;
  onEnter: () => void;
  /** Up from an empty text. */
  onUp?: (shift: boolean) => void;
}

/** The box that one writes in, with what helps there: emoji, and the names of members. */
export function Writing({ model, field, label, placeholder, before, above, onEnter, onUp }: WritingProps) {
  const [picking, setPicking] = useState(false);
  const { mentioning } = model;
  const choose = (member?: Member) => {
    if (mentioning !== undefined) placeCursor(field.current, mentioning.choose(member));
  };
  const closePicker = () => {
    setPicking(false);
    field.current?.focus();
  };
  return (
    <>
      {picking && (
        <EmojiPicker onPick={(emoji) => insert(model.composer, field.current, emoji)} onClose={closePicker} />
      )}
      <div className={styles.composerBox}>
        {mentioning !== undefined && <Mentions model={mentioning} onChoose={choose} />}
        {above}
        <div className={styles.composerLine}>
          {before}
          <TextField
            model={model.composer}
            label={label}
            placeholder={placeholder}
            field={field}
            mentioning={mentioning}
            onChoose={() => choose()}
            onEnter={() => {
              setPicking(false);
              onEnter();
            }}
            onUp={onUp}
            onFiles={(files) => void model.attach(files)}
          />
          <EmojiButton picking={picking} onClick={() => setPicking(!picking)} />
        </div>
      </div>
    </>
  );
}

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

/** In place of what is selected; the cursor stands after it. */
function insert(model: ComposerViewModel, area: HTMLTextAreaElement | null, emoji: string): void {
  const { text } = model.snapshot();
  const at = area?.selectionStart ?? text.length;
  const end = area?.selectionEnd ?? at;
  model.setText(text.slice(0, at) + emoji + text.slice(end));
  placeCursor(area, at + emoji.length);
}

/** When the text is there. */
function placeCursor(area: HTMLTextAreaElement | null, at: number): void {
  requestAnimationFrame(() => {
    area?.focus();
    area?.setSelectionRange(at, at);
  });
}

function Mentions({ model, onChoose }: { model: MentionChoiceViewModel; onChoose: (member: Member) => void }) {
  const { found } = useViewModel(model);
  return found.length > 0 && <MentionList model={model} onChoose={onChoose} />;
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

function EmojiButton({ picking, onClick }: { picking: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className={buttons.iconButton}
      aria-label={say("common.emoji")}
      aria-expanded={picking}
      title={say("common.emoji")}
      onClick={onClick}
    >
      <Icon name="smile" />
    </button>
  );
}

interface TextFieldProps {
  model: ComposerViewModel;
  label: string;
  placeholder: string;
  field: RefObject<HTMLTextAreaElement | null>;
  /** In a group. */
  mentioning: MentionChoiceViewModel | undefined;
  /** The member who is proposed is meant. */
  onChoose: () => void;
  onEnter: () => void;
  onUp: WritingProps["onUp"];
  /** Somebody has put files in its place. */
  onFiles: (files: File[]) => void;
}

const NO_MENTIONS: MentionChoiceSnapshot = { found: [], active: 0 };
const noMentions = { snapshot: () => NO_MENTIONS, subscribe: () => () => undefined };

/** As high as its text, within bounds. */
function TextField({ model, label, placeholder, field, mentioning, onChoose, onEnter, onUp, onFiles }: TextFieldProps) {
  const { text } = useViewModel(model);
  const { found, active } = useViewModel<MentionChoiceSnapshot>(mentioning ?? noMentions);
  const proposing = found.length > 0;
  const look = (area: HTMLTextAreaElement) =>
    void mentioning?.look(area.selectionStart === area.selectionEnd ? area.selectionStart : -1);
  useLayoutEffect(() => {
    const fit = () => {
      const area = field.current;
      if (area === null) return;
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    };
    fit();
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, [text, field]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (proposing && mentioning !== undefined && takeMentionKey(event, mentioning, onChoose)) return;
    if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      onEnter();
    }
    if (event.key === "ArrowUp" && text === "" && onUp !== undefined) {
      event.preventDefault();
      onUp(event.shiftKey);
    }
  };
  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      value={text}
      placeholder={placeholder}
      aria-label={label}
      aria-autocomplete={mentioning === undefined ? undefined : "list"}
      aria-controls={proposing ? MENTION_LIST_ID : undefined}
      aria-activedescendant={proposing ? mentionOptionId(active) : undefined}
      enterKeyHint="send"
      onChange={(event) => {
        model.setText(event.target.value);
        look(event.target);
      }}
      onSelect={(event) => look(event.currentTarget)}
      onKeyDown={onKeyDown}
      onPaste={(event) => {
        const files = [...event.clipboardData.files];
        // Programs that copy a text often add a picture of it.
        if (files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
        event.preventDefault();
        onFiles(files);
      }}
      onBlur={() => {
        model.stopTyping();
        mentioning?.close();
      }}
    />
  );
}

/** While members are proposed; true when the key was for them. */
function takeMentionKey(event: KeyboardEvent, model: MentionChoiceViewModel, onChoose: () => void): boolean {
  const acts: Partial<Record<string, () => void>> = {
    ArrowDown: () => model.move(1),
    ArrowUp: () => model.move(-1),
    Enter: onChoose,
    Tab: onChoose,
    Escape: model.decline,
  };
  const act = event.shiftKey ? undefined : acts[event.key];
  if (act === undefined) return false;
  event.preventDefault();
  act();
  return true;
}
