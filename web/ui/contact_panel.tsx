// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState } from "react";

import { digitGroups, type ContactPanelViewModel } from "../view-models/contact_panel";
import type { ConversationViewModel } from "../view-models/conversation";
import { avatarIdOf, directOf, partnerHandle, titleOf, type Conversation } from "../view-models/core";
import type { GroupTopic } from "../view-models/route";
import { say } from "../view-models/say";
import { DetailsPane } from "./details_pane";
import { EditableText } from "./editable_text";
import { EndingQuestion } from "./ending_question";
import { Icon } from "./part_icons";
import {
  isShared,
  SHARED_TITLES,
  SharedPage,
  SharedTopics,
  type GalleryActions,
  type SharedTopic,
} from "./shared_topics";
import { useViewModel } from "./use_view_model";
import { onDemand } from "./on_demand";
import styles from "./contact_panel.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import panes from "./parts/pane.module.css";
import groups from "./parts/group.module.css";
import { Hero } from "./hero";
import { Switch } from "./switch";

const QrCode = onDemand(() => import("./qr_code").then(({ QrCode: code }) => code));

/** What the panel asks of the app around it. */
export interface ContactPanelActions extends GalleryActions {
  closeDetails: () => void;
  showTopic: (topic: SharedTopic | "") => void;
}

interface ContactPanelProps {
  model: ContactPanelViewModel;
  conversationModel: ConversationViewModel;
  /** A page of it; "" for the first one. */
  topic: GroupTopic | "";
  actions: ContactPanelActions;
}

/** Who the partner is, whether it is really them, and what to do when one does not want to hear from them. */
export function ContactPanel(props: ContactPanelProps) {
  const { topic, actions, conversationModel } = props;
  if (!isShared(topic)) return <Overview {...props} />;
  return (
    <DetailsPane
      label={say("common.contactDetails")}
      title={say(SHARED_TITLES[topic])}
      page={topic}
      onBack={() => actions.showTopic("")}
    >
      <SharedPage key={topic} topic={topic} model={conversationModel} actions={actions} />
    </DetailsPane>
  );
}

function Overview({ model, conversationModel, actions }: ContactPanelProps) {
  const { conversation } = useViewModel(conversationModel);
  const { about, profileName, contact, error, busy } = useViewModel(model);
  const title = titleOf(conversation);
  const pane = say("common.contactDetails");
  return (
    <DetailsPane label={pane} title={pane} onBack={actions.closeDetails}>
      <div className={panes.body}>
        <Who conversation={conversation} />
        {error !== "" && (
          <p className={`${groups.group} ${fields.error}`} role="alert">
            {error}
          </p>
        )}
        {about !== "" && (
          <section className={groups.group}>
            <h3>{say("common.about")}</h3>
            <p dir="auto">{about}</p>
          </section>
        )}
        <SharedTopics onTopic={actions.showTopic} />
        <section className={groups.group}>
          <h3>{say("contact.nameInYourContacts")}</h3>
          <EditableText
            label={say("contact.nameInYourContacts")}
            change={say("contact.changeName")}
            value={contact?.name ?? ""}
            maxLength={100}
            onSave={model.rename}
            placeholder={
              profileName === "" ? say("contact.notInContacts") : say("contact.notInContactsButNamed", { profileName })
            }
          />
        </section>
        <Safety model={model} title={title} busy={busy} />
        <Block
          title={title}
          blocked={directOf(conversation)?.blocked === true}
          busy={busy}
          onChange={(blocked) => void model.setBlocked(blocked)}
        />
      </div>
    </DetailsPane>
  );
}

function Who({ conversation }: { conversation: Conversation }) {
  return (
    <Hero id={avatarIdOf(conversation)} name={titleOf(conversation)} handle={partnerHandle(conversation)}>
      {directOf(conversation)?.verified === true && (
        <span className={styles.tag} data-part="verified">
          <Icon name="shield" />
          {say("contact.verified")}
        </span>
      )}
    </Hero>
  );
}

interface BlockProps {
  title: string;
  blocked: boolean;
  busy: boolean;
  onChange: (blocked: boolean) => void;
}

function Block({ title, blocked, busy, onChange }: BlockProps) {
  const [asking, setAsking] = useState(false);
  return (
    <section className={groups.group}>
      <h3>{say("common.block")}</h3>
      <p className={groups.explain}>{blocked ? say("contact.blockedHint", { title }) : say("contact.blockHint")}</p>
      {blocked ? (
        <button type="button" className={buttons.button} disabled={busy} onClick={() => onChange(false)}>
          {say("contact.unblock", { title })}
        </button>
      ) : (
        <button
          type="button"
          className={`${buttons.button} ${buttons.danger}`}
          disabled={busy}
          onClick={() => setAsking(true)}
        >
          <Icon name="block" />
          {say("contact.blockOne", { title })}
        </button>
      )}
      {asking && (
        <EndingQuestion
          ending="block"
          title={title}
          onConfirm={() => onChange(true)}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Safety({ model, title, busy }: { model: ContactPanelViewModel; title: string; busy: boolean }) {
  const { safetyNumber, safetyNumberError } = useViewModel(model);
  return (
    <section className={groups.group}>
      <h3>{say("common.safetyNumber")}</h3>
      {safetyNumber === undefined ? (
        <p className={groups.explain} role="status">
          {safetyNumberError === "" ? "…" : safetyNumberError}
        </p>
      ) : (
        <>
          <p className={groups.explain}>{say("contact.compareHint", { title })}</p>
          <div className={styles.safety}>
            <QrCode content={safetyNumber.qrPayload} label={say("contact.qrCode")} />
            <div className={styles.digits} role="group" aria-label={say("common.safetyNumber")}>
              {digitGroups(safetyNumber.digits).map((group, at) => (
                <span key={at}>{group}</span>
              ))}
            </div>
          </div>
          <Switch
            id="verified"
            label={say("contact.isSame")}
            hint={say("contact.markVerified", { title })}
            on={safetyNumber.verified}
            disabled={busy}
            onChange={model.setVerified}
          />
        </>
      )}
    </section>
  );
}
