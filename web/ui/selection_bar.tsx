// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the composer while messages are chosen: how many, and what to do with them.
import { useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { mayForward, mayStar, type TellForAWhile } from "../view-models/corrections";
import { SELECTED_MAX, type MessageSelectionViewModel } from "../view-models/message_selection";
import { textOf } from "../view-models/core";
import { say } from "../view-models/say";
import { copyText } from "./copy_text";
import { DeleteQuestion } from "./delete_question";
import { ForwardSheet } from "./forward_sheet";
import { IconButton } from "./icon_button";
import { Icon, type IconName } from "./part_icons";
import { useViewModel } from "./use_view_model";
import styles from "./selection_bar.module.css";

interface SelectionBarProps {
  model: ConversationViewModel;
  selection: MessageSelectionViewModel;
  tell: TellForAWhile;
  toComposer: () => void;
  openConversation: (id: string) => unknown;
  /** No more are chosen. */
  onClose: () => void;
}

export function SelectionBar({ model, selection, tell, toComposer, openConversation, onClose }: SelectionBarProps) {
  const { messages, full } = useViewModel(selection);
  const [asking, setAsking] = useState<"delete" | "forward">();
  const forStar = messages.filter(mayStar);
  const starred = forStar.length > 0 && forStar.every((each) => each.starred);
  const star = async () => {
    onClose();
    await (await model.corrections()).star(forStar, !starred);
  };
  const copy = async () => {
    const copied = await copyText(selection.copied());
    tell(say(copied ? "conversation.copied" : "common.cantCopy"));
    if (copied) onClose();
  };
  const none = messages.length === 0;
  return (
    <div className={styles.bar} role="toolbar" aria-label={say("selection.label")} data-part="selection">
      <Act icon="close" label={say("selection.end")} onClick={onClose} />
      <span className={styles.count} role="status">
        {full ? say("selection.full", { most: SELECTED_MAX }) : say("selection.count", { count: messages.length })}
      </span>
      <Act
        icon={starred ? "starOff" : "star"}
        label={say(starred ? "messageMenu.unstar" : "messageMenu.star")}
        disabled={forStar.length === 0}
        onClick={() => void star()}
      />
      <Act
        icon="copy"
        label={say("selection.copy")}
        disabled={messages.every((each) => textOf(each) === "")}
        onClick={() => void copy()}
      />
      <Act
        icon="forward"
        label={say("common.forward")}
        disabled={none || !messages.every(mayForward)}
        onClick={() => setAsking("forward")}
      />
      <Act icon="trash" label={say("common.delete")} disabled={none} onClick={() => setAsking("delete")} />
      {asking === "forward" && (
        <ForwardSheet
          messages={messages}
          model={model}
          tell={tell}
          openConversation={openConversation}
          onSent={onClose}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === "delete" && (
        <DeleteQuestion
          messages={messages}
          model={model}
          tell={tell}
          toComposer={toComposer}
          onDeleted={onClose}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  );
}

interface ActProps {
  icon: IconName;
  label: string;
  disabled?: boolean;
  onClick: () => void;
}

function Act({ icon, label, disabled = false, onClick }: ActProps) {
  return (
    <IconButton className={styles.act} label={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </IconButton>
  );
}
