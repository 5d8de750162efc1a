// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ConversationViewModel } from "../view-models/conversation";
import { directOf, titleOf } from "../view-models/core";
import { say } from "../view-models/say";
import { useViewModel } from "./use_view_model";
import styles from "./banner.module.css";
import buttons from "./parts/button.module.css";

/** Above the composer while something waits for the user to agree to the partner's changed identity (IDENTITY-6). */
export function IdentityBanner({ model, onCompare }: { model: ConversationViewModel; onCompare: () => void }) {
  const { conversation } = useViewModel(model);
  const { heldMessages = 0 } = directOf(conversation) ?? {};
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
