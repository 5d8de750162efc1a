// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ConversationViewModel } from "../view-models/conversation";
import { avatarIdOf, titleOf } from "../view-models/core";
import type { GroupTopic } from "../view-models/route";
import { say } from "../view-models/say";
import type { ContactPanelActions } from "./contact_panel";
import { DetailsPane } from "./details_pane";
import { Hero } from "./hero";
import { isShared, SHARED_TITLES, SharedPage, SharedTopics } from "./shared_topics";
import { useViewModel } from "./use_view_model";
import groups from "./parts/group.module.css";
import panes from "./parts/pane.module.css";

interface NoteDetailsProps {
  conversationModel: ConversationViewModel;
  /** A page of it; "" for the first one. */
  topic: GroupTopic | "";
  actions: ContactPanelActions;
}

/** Where what one writes to oneself goes, and its files. */
export function NoteDetails({ conversationModel, topic, actions }: NoteDetailsProps) {
  const { conversation } = useViewModel(conversationModel);
  const label = say("common.noteInfo");
  if (isShared(topic))
    return (
      <DetailsPane label={label} title={say(SHARED_TITLES[topic])} page={topic} onBack={() => actions.showTopic("")}>
        <SharedPage key={topic} topic={topic} model={conversationModel} actions={actions} />
      </DetailsPane>
    );
  return (
    <DetailsPane label={label} title={label} onBack={actions.closeDetails}>
      <div className={panes.body}>
        <Hero id={avatarIdOf(conversation)} name={titleOf(conversation)} handle="" />
        <SharedTopics onTopic={actions.showTopic} />
        <section className={groups.group}>
          <h3>{say("noteInfo.where")}</h3>
          <p>{say("noteInfo.devices")}</p>
          <p className={groups.explain}>{say("noteInfo.oneDevice")}</p>
        </section>
      </div>
    </DetailsPane>
  );
}
