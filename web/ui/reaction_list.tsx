// SPDX-License-Identifier: AGPL-3.0-or-later

import { useContext, useEffect, useEffectEvent, useLayoutEffect, useState } from "react";

import { mediaOf, type Message, type Person, type Reaction } from "../view-models/core";
import { failureText } from "../view-models/failure_text";
import { nameOf } from "../view-models/group_text";
import { reactionsOf, type ShownReactions } from "../view-models/reactions";
import { numberText } from "../view-models/intl_text";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Dialog } from "./dialog";
import { rememberFocus } from "./focus_return";
import { OwnAccount } from "./own_account";
import { QuotedPicture } from "./quoted_in";
import { Spinner } from "./spinner";
import styles from "./reaction_list.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";

interface ReactionListProps {
  /** One, or those of an album. */
  messages: readonly Message[];
  reactionsTo: (message: Message) => Promise<readonly Reaction[]>;
  /** Takes the own one back; undefined where nothing can be said any more. */
  onTakeBack: ((message: Message) => void) | undefined;
  onClose: () => void;
}

/** Who has said what to a message, or to those of an album, with an emoji. */
export function ReactionList({ messages, reactionsTo, onTakeBack, onClose }: ReactionListProps) {
  const [only, setOnly] = useState("");
  const shown = reactionsOf(messages);
  const emoji = shown.kinds.some((each) => each.emoji === only) ? only : "";
  const closeWhenEmpty = useEffectEvent(() => shown.count === 0 && onClose());
  useEffect(() => void closeWhenEmpty(), [shown.count]);
  useRowFocusedAfterwards();
  const close = (
    <button type="button" className={buttons.button} autoFocus onClick={onClose}>
      {say("common.close")}
    </button>
  );
  return (
    <Dialog title={say("reactionList.title")} answers={close} onCancel={onClose}>
      {shown.kinds.length > 1 && <Kinds shown={shown} only={emoji} onChoose={setOnly} />}
      <div className={styles.people}>
        {messages.map((message) => (
          <PeopleOf
            key={message.id}
            message={message}
            pictured={messages.length > 1}
            only={emoji}
            reactionsTo={reactionsTo}
            onTakeBack={onTakeBack}
          />
        ))}
      </div>
    </Dialog>
  );
}

/** What opened it is gone when there are no reactions any more. */
function useRowFocusedAfterwards(): void {
  const [back] = useState(() => rememberFocus(document.activeElement?.closest("[data-message]")));
  useLayoutEffect(() => () => void requestAnimationFrame(back), [back]);
}

interface KindsProps {
  shown: ShownReactions;
  /** "" for all. */
  only: string;
  onChoose: (emoji: string) => void;
}

function Kinds({ shown: { kinds, count }, only, onChoose }: KindsProps) {
  const all = { emoji: "", count };
  return (
    <div className={styles.kinds} role="group" aria-label={say("reactionList.show")}>
      {[all, ...kinds].map((each) => (
        <button
          key={each.emoji}
          type="button"
          className={styles.kind}
          aria-pressed={each.emoji === only}
          onClick={() => onChoose(each.emoji)}
        >
          <span>{each.emoji === "" ? say("reactionList.all") : each.emoji}</span>
          <span>{numberText(each.count)}</span>
        </button>
      ))}
    </div>
  );
}

interface PeopleOfProps {
  message: Message;
  /** Beside others: its picture says which one it is. */
  pictured: boolean;
  only: string;
  reactionsTo: ReactionListProps["reactionsTo"];
  onTakeBack: ReactionListProps["onTakeBack"];
}

/** The people of one message, oneself first. */
function PeopleOf({ message, pictured, only, reactionsTo, onTakeBack }: PeopleOfProps) {
  const self = useContext(OwnAccount);
  const [all, setAll] = useState<readonly Reaction[]>();
  const [error, setError] = useState("");
  useEffect(() => {
    let wanted = true;
    reactionsTo(message).then(
      (read) => wanted && setAll(read),
      (failure: unknown) => wanted && setError(failureText(failure)),
    );
    return () => void (wanted = false);
  }, [message, reactionsTo]);
  if (message.reactions === undefined) return null;
  if (error !== "")
    return (
      <p className={fields.error} role="alert">
        {error}
      </p>
    );
  if (all === undefined) return <Spinner label={say("reactionList.loading")} />;
  const isOwn = ({ who }: Reaction) => who?.accountId === self;
  const people = [...all.filter(isOwn), ...all.filter((each) => !isOwn(each))];
  return (
    <div className={styles.message}>
      {pictured && <QuotedPicture thumbnail={mediaOf(message)?.thumbnail} />}
      <ul>
        {people
          .filter(({ emoji }) => only === "" || emoji === only)
          .map((each) => (
            <li key={each.who?.accountId}>
              {isOwn(each) && onTakeBack !== undefined ? (
                <button type="button" className={styles.person} onClick={() => onTakeBack(message)}>
                  <Who person={each.who} name={say("common.you")} hint={say("reactionList.takeBack")} />
                  <span className={styles.emoji}>{each.emoji}</span>
                </button>
              ) : (
                <div className={styles.person}>
                  <Who person={each.who} name={isOwn(each) ? say("common.you") : nameOf(each.who)} />
                  <span className={styles.emoji}>{each.emoji}</span>
                </div>
              )}
            </li>
          ))}
      </ul>
    </div>
  );
}

function Who({ person, name, hint }: { person: Person | undefined; name: string; hint?: string }) {
  return (
    <>
      <Avatar id={person?.accountId ?? ""} title={nameOf(person)} size="tiny" />
      <span className={styles.name}>
        <span dir="auto">{name}</span>
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </span>
    </>
  );
}
