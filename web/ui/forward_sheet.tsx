// SPDX-License-Identifier: AGPL-3.0-or-later

import { useCallback, useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { FORWARDS_FAR, titleOf, type Message } from "../view-models/core";
import type { TellForAWhile } from "../view-models/corrections";
import { ForwardingViewModel } from "../view-models/forwarding";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { ConversationChoices } from "./conversation_choices";
import { Sheet } from "./sheet";
import { useMade } from "./use_made";
import { useViewModel } from "./use_view_model";
import fields from "./parts/field.module.css";
import sheets from "./parts/sheet.module.css";

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
  const [first] = useState(messages);
  const make = useCallback(
    () => model.forwarding((core, store) => new ForwardingViewModel(core, store, first)),
    [model, first],
  );
  const forwarding = useMade(make);
  if (forwarding === undefined) return null;
  const send = async () => {
    const [to, another] = await forwarding.send();
    if (to === undefined) return;
    onClose();
    onSent?.();
    if (another === undefined) openConversation(to.id);
    else tell(say("forward.sent", { count: forwarding.choice.snapshot().chosen.length }));
  };
  return <Shown model={forwarding} onSend={() => void send()} onClose={onClose} />;
}

interface ShownProps {
  model: ForwardingViewModel;
  onSend: () => void;
  onClose: () => void;
}

function Shown({ model, onSend, onClose }: ShownProps) {
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
      onAnswer={onSend}
      onClose={onClose}
    >
      {model.isFar && (
        <p className={fields.notice} role="status">
          {say("forward.far", { count: FORWARDS_FAR })}
        </p>
      )}
      <div className={sheets.choices} onKeyDown={(event) => moveFocusByArrows(event, "[data-row]")}>
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
