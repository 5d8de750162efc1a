// SPDX-License-Identifier: AGPL-3.0-or-later

// The details of a group: what it is, who is in it, and what may be changed about it; with a page for each of what
// takes more than a line.
import { useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { avatarIdOf, groupOf, Role, titleOf, type Conversation, type Group, type Person } from "../view-models/core";
import { mayDo, permissionsOf, type GroupInfoViewModel } from "../view-models/group_info";
import { GROUP_DESCRIPTION_MAX, GROUP_TITLE_MAX } from "../view-models/new_group";
import type { GroupTopic } from "../view-models/route";
import { say, type TextId } from "../view-models/say";
import { longDateText, millis } from "../view-models/time_text";
import { DetailsPane } from "./details_pane";
import { EditableText } from "./editable_text";
import { EndingQuestion } from "./ending_question";
import { GroupMembers } from "./group_members";
import { AddPage, LinkPage, PermissionsPage, RequestsPage } from "./group_pages";
import { Hero } from "./hero";
import { Icon, type IconName } from "./part_icons";
import { PhotoButtons } from "./photo_buttons";
import { isShared, SHARED_TITLES, SharedPage, SharedTopics, type GalleryActions } from "./shared_topics";
import { Topic } from "./topic";
import { useViewModel } from "./use_view_model";
import styles from "./group_info.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import groups from "./parts/group.module.css";
import panes from "./parts/pane.module.css";

/** What the details ask of the app around them. */
export interface GroupInfoActions {
  closeDetails: () => void;
  showTopic: (topic: GroupTopic | "") => void;
  openPerson: (person: Person) => unknown;
  /** A short word on what was done. */
  tell: (notice: string) => void;
  viewMedia: GalleryActions["viewMedia"];
  saveMedia: GalleryActions["saveMedia"];
  jumpTo: GalleryActions["jumpTo"];
}

interface GroupInfoProps {
  model: GroupInfoViewModel;
  conversationModel: ConversationViewModel;
  topic: GroupTopic | "";
  /** The same object from one rendering to the next. */
  actions: GroupInfoActions;
}

const TITLES: Record<GroupTopic | "", TextId> = {
  "": "common.groupInfo",
  add: "groupInfo.add",
  link: "groupLink.title",
  ...SHARED_TITLES,
  permissions: "groupInfo.permissions",
  requests: "groupInfo.requests",
};

export function GroupInfo({ model, conversationModel, topic, actions }: GroupInfoProps) {
  const { conversation } = useViewModel(conversationModel);
  const { error, notice } = useViewModel(model);
  const group = groupOf(conversation);
  if (group === undefined) return null;
  const page = { model, conversation, group, actions };
  const shut = isShut(topic, group);
  return (
    <DetailsPane
      label={say("common.groupInfo")}
      title={say(TITLES[topic])}
      page={topic}
      onBack={() => (topic === "" ? actions.closeDetails() : actions.showTopic(""))}
    >
      {topic !== "add" && error !== "" && (
        <p className={`${groups.group} ${fields.error}`} role="alert">
          {error}
        </p>
      )}
      {notice !== "" && (
        <p className={`${groups.group} ${fields.notice}`} role="status">
          {notice}
        </p>
      )}
      {shut ? (
        <p className={groups.group} role="status">
          {say("groupInfo.onlyAdmins")}
        </p>
      ) : topic === "add" ? (
        <AddPage {...page} />
      ) : isShared(topic) ? (
        <SharedPage key={topic} topic={topic} model={conversationModel} actions={actions} />
      ) : (
        <div className={panes.body}>
          {topic === "" && <Overview {...page} />}
          {topic === "link" && <LinkPage {...page} />}
          {topic === "permissions" && <PermissionsPage {...page} />}
          {topic === "requests" && <RequestsPage {...page} />}
        </div>
      )}
    </DetailsPane>
  );
}

/** Pages that an address leads to, and this account has no use for: it may do nothing there. */
const isShut = (topic: GroupTopic | "", group: Group): boolean =>
  (topic === "add" && !mayDo(group, "addMembers")) || (topic === "requests" && !mayDo(group, "administer"));

/** What each page of the details is given. */
export interface GroupPageProps {
  model: GroupInfoViewModel;
  conversation: Conversation;
  group: Group;
  actions: GroupInfoActions;
}

function Overview({ model, conversation, group, actions }: GroupPageProps) {
  const { members, busy } = useViewModel(model);
  const [leaving, setLeaving] = useState(false);
  const isMember = group.role !== Role.kNone;
  const title = titleOf(conversation);
  const count = members.length > 0 ? members.length : group.members;
  return (
    <>
      <Hero id={avatarIdOf(conversation)} name={title} handle="" group>
        <span className={styles.count}>
          {group.incomplete ? say("group.fetching") : say("group.members", { count })}
        </span>
        {mayDo(group, "editInfo") && (
          <PhotoButtons
            photo={model.photo}
            group
            has={group.photo !== ""}
            busy={busy}
            question={say("groupInfo.removePhotoQuestion")}
            consequence={say("groupInfo.removePhotoConsequence")}
          />
        )}
      </Hero>
      {!isMember && !group.incomplete && (
        <p className={groups.group} role="status">
          {say("groupInfo.left")}
        </p>
      )}
      <WhatItIs model={model} conversation={conversation} group={group} />
      <SharedTopics onTopic={actions.showTopic} />
      {isMember && <Topics group={group} onTopic={actions.showTopic} />}
      <GroupMembers model={model} group={group} actions={actions} />
      {group.createdUs > 0n && (
        <p className={groups.note}>{say("groupInfo.made", { date: longDateText(millis(group.createdUs)) })}</p>
      )}
      {isMember && (
        <div className={groups.actions}>
          <button
            type="button"
            className={`${buttons.button} ${buttons.danger} ${buttons.wide}`}
            disabled={busy}
            onClick={() => setLeaving(true)}
          >
            <Icon name="leave" />
            {say("group.leave")}
          </button>
        </div>
      )}
      {leaving && (
        <EndingQuestion
          ending="leave"
          title={title}
          onConfirm={() => void model.leave()}
          onClose={() => setLeaving(false)}
        />
      )}
    </>
  );
}

function WhatItIs({ model, conversation, group }: Omit<GroupPageProps, "actions">) {
  const edits = mayDo(group, "editInfo");
  return (
    <>
      {edits && (
        <section className={groups.group}>
          <h3>{say("newGroup.name")}</h3>
          <EditableText
            label={say("newGroup.name")}
            change={say("groupInfo.changeTitle")}
            value={conversation.title}
            placeholder={say("core.group")}
            maxLength={GROUP_TITLE_MAX}
            onSave={model.setTitle}
          />
        </section>
      )}
      {(edits || group.description !== "") && (
        <section className={groups.group}>
          <h3>{say("groupInfo.description")}</h3>
          {edits ? (
            <EditableText
              label={say("groupInfo.description")}
              change={say("groupInfo.changeDescription")}
              value={group.description}
              placeholder={say("groupInfo.noDescription")}
              maxLength={GROUP_DESCRIPTION_MAX}
              multiline
              onSave={model.setDescription}
            />
          ) : (
            <p dir="auto">{group.description}</p>
          )}
        </section>
      )}
    </>
  );
}

function Topics({ group, onTopic }: { group: Group; onTopic: (topic: GroupTopic) => void }) {
  const { link, applicants } = group;
  const administers = mayDo(group, "administer");
  const permissions = Object.values({ ...permissionsOf(group) }).filter((each) => each === true).length;
  const linkHint =
    link === undefined ? say("groupLink.none") : say(link.approval ? "groupLink.approval" : "groupLink.open");
  const to = (topic: GroupTopic, icon: IconName, hint: string) => (
    <Topic id={`details-${topic}`} icon={icon} title={say(TITLES[topic])} hint={hint} onClick={() => onTopic(topic)} />
  );
  return (
    <div className={`${groups.group} ${groups.ofRows}`}>
      {(administers || link !== undefined) && to("link", "link", linkHint)}
      {administers && to("permissions", "settings", say("groupInfo.permissionsHint", { count: permissions }))}
      {administers &&
        (applicants > 0 || link?.approval === true) &&
        to(
          "requests",
          "personAdd",
          applicants === 0 ? say("groupInfo.noRequests") : say("groupInfo.requestsHint", { count: applicants }),
        )}
    </div>
  );
}
