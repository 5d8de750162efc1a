// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Member } from "../view-models/core";
import type { MentionCompletionViewModel } from "../view-models/mention_completion";
import { nameOf } from "../view-models/group_text";
import { formatPhone } from "../view-models/phone";
import { handleOf } from "../view-models/handle";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { CompletionList } from "./completion_list";
import words from "./parts/words.module.css";

interface MentionListProps {
  model: MentionCompletionViewModel;
  onChoose: (member: Member) => void;
}

/** Whom "@" and what is typed after it may mean. */
export function MentionList({ model, onChoose }: MentionListProps) {
  return (
    <CompletionList
      model={model}
      label={say("composer.members")}
      keyOf={({ person }) => person?.accountId ?? ""}
      onChoose={onChoose}
    >
      {({ person }) => (
        <>
          <Avatar id={person?.accountId ?? ""} title={nameOf(person)} size="tiny" />
          <span className={words.words}>
            <span dir="auto">{nameOf(person)}</span>
            <small>{formatPhone(handleOf(person))}</small>
          </span>
        </>
      )}
    </CompletionList>
  );
}
