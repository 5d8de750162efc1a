// SPDX-License-Identifier: AGPL-3.0-or-later

// The box that one writes in, with what helps there: the names of members and of emoji, and the keys for marks.
import { useEffect, useLayoutEffect, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";

import { NO_COMPLETION, TYPED_MAX, type CompletionSnapshot, type CompletionViewModel } from "../view-models/completion";
import type { ComposerViewModel } from "../view-models/composer";
import type { ConversationViewModel } from "../view-models/conversation";
import { marking, markedMentions, markedText, type Mark } from "../view-models/marking";
import { say } from "../view-models/say";
import type { EmojiCompletion } from "./emoji_completion";
import { useAppearance } from "./appearance_context";
import { EmojiPicker } from "./emoji_picker";
import { Icon } from "./icons";
import { onDemand } from "./on_demand";
import { typeInto } from "./typing";
import { useViewModel } from "./use_view_model";
import styles from "./composer.module.css";
import buttons from "./parts/button.module.css";

/** Fetched when somebody first wants to name a member; its elements are those that the field speaks of. */
const MentionList = onDemand(() => import("./mention_list").then(({ MentionList: list }) => list));
/** Fetched when somebody first types the name of an emoji. */
const EmojiList = onDemand(() => import("./emoji_list").then(({ EmojiList: list }) => list), { missing: () => null });
export const COMPLETION_LIST_ID = "completion-list";
export const completionId = (at: number): string => `${COMPLETION_LIST_ID}-${at}`;

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

export function Writing({ model, field, label, placeholder, before, above, onEnter, onUp }: WritingProps) {
  const [picking, setPicking] = useState(false);
  const { mentioning } = model;
  const [emoji, wantEmoji] = useEmojiCompletion(model.composer, field);
  const members = useViewModel<CompletionSnapshot<unknown>>(mentioning ?? noCompletion).found;
  const named = useViewModel<CompletionSnapshot<unknown>>(emoji ?? noCompletion).found;
  const choice = members.length > 0 ? mentioning : named.length > 0 ? emoji : undefined;
  const closePicker = () => {
    setPicking(false);
    field.current?.focus();
  };
  const look = (area: HTMLTextAreaElement) => {
    const at = area.selectionStart === area.selectionEnd ? area.selectionStart : -1;
    void mentioning?.look(at);
    void emoji?.look(at);
    if (emoji === undefined && MAYBE_EMOJI.test(area.value.slice(Math.max(0, at - TYPED_MAX), Math.max(0, at))))
      wantEmoji();
  };
  return (
    <>
      {picking && <EmojiPicker onPick={(picked) => insert(field.current, picked)} onClose={closePicker} />}
      <div className={styles.composerBox}>
        {choice !== undefined && choice === mentioning && (
          <MentionList model={mentioning} onChoose={(each) => placeCursor(field.current, mentioning.choose(each))} />
        )}
        {choice !== undefined && choice === emoji && (
          <EmojiList model={emoji} onChoose={(each) => placeCursor(field.current, emoji.choose(each))} />
        )}
        {above}
        <div className={styles.composerLine}>
          {before}
          <TextField
            model={model.composer}
            label={label}
            placeholder={placeholder}
            field={field}
            choice={choice as CompletionViewModel<unknown> | undefined}
            onLook={look}
            onColon={(at) => void emoji?.complete(at)}
            onLeave={() => {
              mentioning?.close();
              emoji?.close();
            }}
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

/** Before the cursor there may be the name of an emoji. */
const MAYBE_EMOJI = /:\p{L}[\p{L}\p{N}_+-]*$/u;

/** Its names are fetched when somebody first types one. */
function useEmojiCompletion(composer: ComposerViewModel, field: WritingProps["field"]) {
  const [made, setMade] = useState<{ composer: ComposerViewModel; choice: EmojiCompletion }>();
  const choice = made?.composer === composer ? made.choice : undefined;
  const type = (begin: number, end: number, text: string) =>
    field.current !== null && typeInto(field.current, begin, end, text);
  const want = () =>
    void import("./emoji_completion").then(
      (found) => setMade({ composer, choice: new found.EmojiCompletion(composer, type) }),
      () => undefined, // what is typed stays text
    );
  useEffect(() => {
    const area = field.current;
    if (area !== null && document.activeElement === area) void choice?.look(area.selectionEnd);
    return () => choice?.dispose();
  }, [choice, field]);
  return [choice, want] as const;
}

/** In place of what is selected; the cursor stands after it. */
function insert(area: HTMLTextAreaElement | null, emoji: string): void {
  if (area !== null) typeInto(area, area.selectionStart, area.selectionEnd, emoji);
}

/** When the text is there. */
function placeCursor(area: HTMLTextAreaElement | null, at: number): void {
  requestAnimationFrame(() => {
    area?.focus();
    area?.setSelectionRange(at, at);
  });
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
  /** While something is proposed. */
  choice: CompletionViewModel<unknown> | undefined;
  /** The text or the cursor has changed. */
  onLook: (area: HTMLTextAreaElement) => void;
  /** A colon was typed before that place. */
  onColon: (at: number) => void;
  onLeave: () => void;
  onEnter: () => void;
  onUp: WritingProps["onUp"];
  /** Somebody has put files in its place. */
  onFiles: (files: File[]) => void;
}

const noCompletion = { snapshot: () => NO_COMPLETION, subscribe: () => () => undefined };

/** As high as its text, within bounds. */
function TextField(props: TextFieldProps) {
  const { model, label, placeholder, field, choice, onLook, onColon, onLeave, onEnter, onUp, onFiles } = props;
  const { text } = useViewModel(model);
  const { entersSend } = useAppearance();
  const { active } = useViewModel<CompletionSnapshot<unknown>>(choice ?? noCompletion);
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
    if (choice !== undefined && takeChoiceKey(event, choice)) return;
    const mark = markOf(event);
    if (mark !== undefined) {
      event.preventDefault();
      putMarks(model, event.currentTarget, mark);
    }
    if (event.key === "Enter" && !event.shiftKey && (entersSend || event.ctrlKey || event.metaKey)) {
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
      aria-autocomplete="list"
      aria-controls={choice === undefined ? undefined : COMPLETION_LIST_ID}
      aria-activedescendant={choice === undefined ? undefined : completionId(active)}
      enterKeyHint={entersSend ? "send" : "enter"}
      onChange={(event) => {
        model.setText(event.target.value);
        onLook(event.target);
        if ((event.nativeEvent as InputEvent).data?.endsWith(":") === true) onColon(event.target.selectionEnd);
      }}
      onSelect={(event) => onLook(event.currentTarget)}
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
        onLeave();
      }}
    />
  );
}

/** While something is proposed; true when the key was for that. */
function takeChoiceKey(event: KeyboardEvent<HTMLTextAreaElement>, model: CompletionViewModel<unknown>): boolean {
  const area = event.currentTarget;
  const choose = () => placeCursor(area, model.choose());
  const acts: Partial<Record<string, () => void>> = {
    ArrowDown: () => model.move(1),
    ArrowUp: () => model.move(-1),
    Enter: choose,
    Tab: choose,
    Escape: model.decline,
  };
  const act = event.shiftKey ? undefined : acts[event.key];
  if (act === undefined) return false;
  event.preventDefault();
  act();
  return true;
}

const MARKS: Partial<Record<string, Mark>> = { b: "*", i: "_", "shift x": "~", "shift m": "`" };

/** The mark that a key stands for with Ctrl or Cmd; on keyboards of other alphabets by the place of the key. */
function markOf({ key, code, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): Mark | undefined {
  if (ctrlKey === metaKey || altKey) return undefined;
  const letter = /^[a-z]$/i.test(key) ? key : code.replace(/^Key/, "");
  return MARKS[`${shiftKey ? "shift " : ""}${letter.toLowerCase()}`];
}

/** Around what is selected, or no longer; the members whom it names stay named. */
function putMarks(model: ComposerViewModel, area: HTMLTextAreaElement, mark: Mark): void {
  const { text, mentions } = model.snapshot();
  const { changes, begin, end } = marking(text, area.selectionStart, area.selectionEnd, mark);
  const { begin: from, end: to, put } = markedText(text, changes);
  typeInto(area, from, to, put);
  model.name(markedMentions(mentions, changes));
  area.setSelectionRange(begin, end);
}
