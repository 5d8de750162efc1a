// SPDX-License-Identifier: AGPL-3.0-or-later

import { mediaOf, Tick, type Message, type Receipt } from "../view-models/core";
import { nameOf } from "../view-models/group_text";
import { numberText } from "../view-models/intl_text";
import { say, type TextId } from "../view-models/say";
import { dayParts, millis } from "../view-models/time_text";
import { AskedDialog } from "./asked_dialog";
import { Avatar } from "./avatar";
import { useNow } from "./use_now";
import styles from "./message_info.module.css";

interface MessageInfoProps {
  /** One's own. */
  message: Message;
  receiptsOf: (message: Message) => Promise<readonly Receipt[]>;
  onClose: () => void;
}

/** The furthest first. */
const STAGES: readonly { tick: Tick; title: TextId }[] = [
  { tick: Tick.kRead, title: "messageInfo.read" },
  { tick: Tick.kDelivered, title: "messageInfo.delivered" },
  { tick: Tick.kSent, title: "messageInfo.sent" },
];

/** How far a message has come with each whom it is for, as of when it is opened. */
export function MessageInfo({ message, receiptsOf, onClose }: MessageInfoProps) {
  return (
    <AskedDialog
      title={say("messageInfo.title")}
      loading={say("messageInfo.loading")}
      ask={() => receiptsOf(message)}
      onClose={onClose}
    >
      {(receipts) => (
        <>
          {receipts?.length === 0 && <p role="status">{say("messageInfo.none")}</p>}
          <div className={styles.stages}>
            <Stage
              title={say(mediaOf(message)?.viewOnce === true ? "messageInfo.opened" : "messageInfo.played")}
              receipts={receipts?.filter(({ openedUs }) => openedUs !== 0n) ?? []}
            />
            {STAGES.map(({ tick, title }) => (
              <Stage
                key={tick}
                title={say(title)}
                receipts={receipts?.filter((each) => each.openedUs === 0n && each.tick === tick) ?? []}
              />
            ))}
          </div>
        </>
      )}
    </AskedDialog>
  );
}

function Stage({ title, receipts }: { title: string; receipts: readonly Receipt[] }) {
  const now = useNow();
  if (receipts.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={styles.stage}>
        <span>{title}</span>
        <span>{numberText(receipts.length)}</span>
      </h3>
      <ul>
        {receipts.map(({ member, openedUs }) => (
          <li key={member?.accountId} className={styles.person}>
            <Avatar id={member?.accountId ?? ""} title={nameOf(member)} size="tiny" />
            <span dir="auto">{nameOf(member)}</span>
            {openedUs !== 0n && (
              <span className={styles.time}>{say("messageInfo.at", dayParts(millis(openedUs), now))}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
