// SPDX-License-Identifier: AGPL-3.0-or-later

// What changed about the partner's identity: in the notice among the messages, and above the composer while something waits for the user
// to agree (IDENTITY-6).
import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, titleOf, type Message } from "../view-models/core";
import { useViewModel } from "./use_view_model";
import styles from "./banner.module.css";

export function noticeText(message: Message, title: string): string {
  return message.body.case === "numberMoved"
    ? `The server names another account for the number of ${title}. Ask them by other ways before you agree to it.`
    : `The safety number with ${title} changed: the number was registered anew. Compare it.`;
}

function waiting(count: number): string {
  if (count === 0) return "You can write again when you have compared the safety number, or agree.";
  return count === 1 ? "A message you wrote before waits." : `${count} messages you wrote before wait.`;
}

export function IdentityBanner({ model, onCompare }: { model: ConversationViewModel; onCompare: () => void }) {
  const { conversation } = useViewModel(model);
  const { heldMessages = 0, identityPending = false } = directOf(conversation) ?? {};
  if (heldMessages === 0 && !identityPending) return null;
  return (
    <div className={styles.banner} role="status">
      <span>{`${titleOf(conversation)} has a new identity. ${waiting(heldMessages)}`}</span>
      <button type="button" className="button" onClick={onCompare}>
        Compare
      </button>
      <button type="button" className="button" onClick={() => void model.acceptIdentity()}>
        {heldMessages === 0 ? "Agree" : "Agree and send"}
      </button>
    </div>
  );
}
