// SPDX-License-Identifier: AGPL-3.0-or-later

// Where one writes: Enter sends, Shift+Enter makes a new line; on touch screens Enter makes the line and the button sends.
import { useEffect, useLayoutEffect, useState, type FormEvent, type KeyboardEvent, type RefObject } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, titleOf } from "../view-models/core";
import { EmojiPicker } from "./emoji_picker";
import { Icon } from "./icons";
import { previewText } from "../view-models/preview_text";
import { useViewModel } from "./use_view_model";
import styles from "./composer.module.css";

interface ComposerProps {
  model: ConversationViewModel;
  field: RefObject<HTMLTextAreaElement | null>;
  onUnblock: () => void;
}

export function Composer({ model, field, onUnblock }: ComposerProps) {
  const { conversation } = useViewModel(model);
  const { text, quoted, error } = useViewModel(model.composer);
  const [picking, setPicking] = useState(false);

  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    // eslint-disable-next-line react-hooks/immutability -- the element is the parent's, its height is this component's
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text, field]);

  useEffect(() => {
    const leave = () => model.composer.saveDraft();
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [model]);

  const send = () => {
    setPicking(false);
    void model.composer.send();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      send();
    }
    if (event.key === "ArrowUp" && text === "") {
      event.preventDefault();
      [...document.querySelectorAll<HTMLElement>("[data-message]")].at(-1)?.focus();
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const closePicker = () => {
    setPicking(false);
    field.current?.focus();
  };
  const insert = (emoji: string) => {
    const area = field.current;
    const at = area?.selectionStart ?? text.length;
    const end = area?.selectionEnd ?? at;
    model.composer.setText(text.slice(0, at) + emoji + text.slice(end));
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(at + emoji.length, at + emoji.length);
    });
  };

  if (directOf(conversation)?.blocked === true) {
    return (
      <div className={`${styles.composer} ${styles.composerBlocked}`} data-part="blocked">
        <span>{`You blocked ${titleOf(conversation)}.`}</span>
        <button type="button" className="button small" onClick={onUnblock}>
          Contact details
        </button>
      </div>
    );
  }
  return (
    <form className={styles.composer} data-composer onSubmit={onSubmit}>
      {error !== "" && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      {picking && <EmojiPicker onPick={insert} onClose={closePicker} />}
      <div className={styles.composerFrame}>
        <div className={styles.composerBox}>
          {quoted !== undefined && (
            <div className={styles.composerQuote} data-part="composer-quote">
              <div className="quote">
                <span className="author" dir="auto">
                  {quoted.outgoing ? "You" : titleOf(conversation)}
                </span>
                <span className="excerpt">{previewText(quoted)}</span>
              </div>
              <button
                type="button"
                className="icon-button"
                aria-label="Don't reply to this message"
                onClick={model.composer.cancelQuote}
              >
                <Icon name="close" />
              </button>
            </div>
          )}
          <div className={styles.composerLine}>
            <button
              type="button"
              className="icon-button"
              aria-label="Emoji"
              aria-expanded={picking}
              title="Emoji"
              onClick={() => setPicking(!picking)}
            >
              <Icon name="smile" />
            </button>
            <textarea
              ref={field}
              rows={1}
              dir="auto"
              value={text}
              placeholder="Write a message"
              aria-label={`Message to ${conversation.title}`}
              enterKeyHint="send"
              onChange={(event) => model.composer.setText(event.target.value)}
              onKeyDown={onKeyDown}
              onBlur={model.composer.stopTyping}
            />
          </div>
        </div>
        {text.trim() !== "" && (
          <button type="submit" className={styles.send} aria-label="Send" title="Send">
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}
