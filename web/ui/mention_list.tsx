// SPDX-License-Identifier: AGPL-3.0-or-later

// Above the field: whom "@" and what is typed after it may mean. The field keeps the focus, and its keys choose.
import { useEffect, useRef } from "react";

import type { Member } from "../view-models/core";
import type { MentionChoiceViewModel } from "../view-models/mention_choice";
import { nameOf } from "../view-models/group_text";
import { formatPhone } from "../view-models/phone";
import { handleOf } from "../view-models/handle";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { MENTION_LIST_ID, mentionOptionId } from "./composer";
import { useViewModel } from "./use_view_model";
import styles from "./mention_list.module.css";
import words from "./parts/words.module.css";

interface MentionListProps {
  model: MentionChoiceViewModel;
  onChoose: (member: Member) => void;
}

export function MentionList({ model, onChoose }: MentionListProps) {
  const { found, active } = useViewModel(model);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Nothing is given back: a browser may answer with a promise, which is no end of an effect.
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul ref={list} id={MENTION_LIST_ID} className={styles.list} role="listbox" aria-label={say("composer.members")}>
      {found.map((member, at) => (
        <li
          key={member.person?.accountId}
          id={mentionOptionId(at)}
          role="option"
          aria-selected={at === active}
          className={styles.option}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(member)}
        >
          <Avatar id={member.person?.accountId ?? ""} title={nameOf(member.person)} size="tiny" />
          <span className={words.words}>
            <span dir="auto">{nameOf(member.person)}</span>
            <small>{formatPhone(handleOf(member.person))}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}
