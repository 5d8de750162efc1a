// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ConversationViewModel } from "../view-models/conversation";
import { say } from "../view-models/say";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import styles from "./banner.module.css";

/** Before the first message to a group its members get this device's key: of a large one that takes a while. */
export function GroupProgressLine({ model }: { model: ConversationViewModel }) {
  const { progress } = useViewModel(model);
  if (progress === undefined) return null;
  const { done, total } = progress;
  return (
    <div className={`${styles.banner} ${styles.calm}`} role="status">
      <Spinner className={styles.spinner} />
      <span className={styles.words}>{say("groupProgress.handingOut", { done, total })}</span>
    </div>
  );
}
