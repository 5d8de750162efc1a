// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { FORWARDS_FAR, titleOf, type Message } from "../view-models/core";
import type { TellForAWhile } from "../view-models/corrections";
import { failureText } from "../view-models/failure_text";
import type { ForwardingViewModel } from "../view-models/forwarding";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { ConversationChoices } from "./conversation_choices";
import { Sheet } from "./sheet";
import { useViewModel } from "./use_view_model";
import styles from "./forward_sheet.module.css";
import fields from "./parts/field.module.css";

interface ForwardSheetProps {
  messages: readonly Message[];
  model: ConversationViewModel;
  tell: TellForAWhile;
  openConversation: (id: string) => unknown;
  /** They went to somebody. */
  onSent?: () => void;
  onClose: () => void;
}

/** To whom messages are to be sent once more. Where they went to one that one is opened. */
export function ForwardSheet({ messages, model, tell, openConversation, onSent, onClose }: ForwardSheetProps) {
  const [forwarding, setForwarding] = useState<ForwardingViewModel>();
  const [made] = useState(() => async (isShown: () => boolean) => {
    const corrections = await model.corrections();
    if (!isShown()) return undefined;
    return corrections.forwarding(messages, (conversations) => {
      const [first, second] = conversations;
      onClose();
      onSent?.();
      if (first === undefined) return;
      if (second === undefined) openConversation(first.id);
      else tell(say("forward.sent", { count: conversations.length }));
    });
  });
  useEffect(() => {
    let shown = true;
    let own: ForwardingViewModel | undefined;
    made(() => shown).then(
      (forwarding) => setForwarding((own = forwarding)),
      (error: unknown) => shown && tell(failureText(error)),
    );
    return () => {
      shown = false;
      own?.dispose();
    };
  }, [made, tell]);
  return forwarding === undefined ? null : <Shown model={forwarding} onClose={onClose} />;
}

function Shown({ model, onClose }: { model: ForwardingViewModel; onClose: () => void }) {
  const { busy, error } = useViewModel(model);
  const { chosen } = useViewModel(model.choice);
  const names = chosen.map(titleOf);
  return (
    <Sheet
      title={say("forward.title", { count: model.messages.length })}
      part="forward"
      answer={
        names.length === 1
          ? say("forward.sendTo", { name: names[0] ?? "" })
          : say("share.send", { count: names.length })
      }
      mayAnswer={chosen.length > 0 && !busy}
      onAnswer={() => void model.send()}
      onClose={onClose}
    >
      {model.isFar && (
        <p className={fields.notice} role="status">
          {say("forward.far", { count: FORWARDS_FAR })}
        </p>
      )}
      <div className={styles.choices} onKeyDown={(event) => moveFocusByArrows(event, "[data-row]")}>
        <ConversationChoices choice={model.choice} busy={busy} none={say("forward.none")} />
      </div>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
    </Sheet>
  );
}
