// SPDX-License-Identifier: AGPL-3.0-or-later

// What changed about the partner's identity: in the notice among the messages, and above the composer while something
// waits for the user to agree (IDENTITY-6). The words of every notice are chosen here.
import type { NoticeKind } from "../view-models/content_kinds";
import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, titleOf, type Message } from "../view-models/core";
import { groupEventText } from "../view-models/group_text";
import { say, type TextId } from "../view-models/say";
import { useViewModel } from "./use_view_model";
import styles from "./banner.module.css";
import buttons from "./parts/button.module.css";

const NOTICES: Record<Exclude<NoticeKind, "groupEvent">, TextId> = {
  identityChanged: "identity.changed",
  handleMoved: "identity.handleMoved",
};

/** `title`: of the partner; `self`: one's own account. */
export const noticeText = (message: Message, title: string, self: string): string =>
  message.body.case === "groupEvent"
    ? groupEventText(message, self)
    : say(NOTICES[message.body.case as keyof typeof NOTICES], { title });

export function IdentityBanner({ model, onCompare }: { model: ConversationViewModel; onCompare: () => void }) {
  const { conversation } = useViewModel(model);
  const { heldMessages = 0, identityPending = false } = directOf(conversation) ?? {};
  if (heldMessages === 0 && !identityPending) return null;
  return (
    <div className={styles.banner} role="status">
      <span className={styles.words}>{say("identity.new", { title: titleOf(conversation), held: heldMessages })}</span>
      <button type="button" className={buttons.button} onClick={onCompare}>
        {say("identity.compare")}
      </button>
      <button type="button" className={buttons.button} onClick={() => void model.acceptIdentity()}>
        {heldMessages === 0 ? say("identity.agree") : say("identity.agreeAndSend")}
      </button>
    </div>
  );
}
