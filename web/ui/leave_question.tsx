// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { Confirm } from "./dialog";

interface LeaveQuestionProps {
  /** Of the group. */
  title: string;
  onLeave: () => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** Asks before somebody leaves a group. */
export default function LeaveQuestion({ title, onLeave, onClose }: LeaveQuestionProps) {
  return (
    <Confirm
      title={say("group.leaveQuestion", { title })}
      confirm={say("group.leave")}
      danger
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        onLeave();
      }}
    >
      {say("group.leaveConsequence")}
    </Confirm>
  );
}
