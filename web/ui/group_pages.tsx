// SPDX-License-Identifier: AGPL-3.0-or-later

// Pages of the details of a group: adding people, its link, what members may do, who asks to be let in.
import { useState } from "react";

import { GROUP_MEMBERS_MAX, titleOf, type GroupLink } from "../view-models/core";
import { LINK_DAYS, mayDo, permissionsOf, type LinkDays, type Permission } from "../view-models/group_info";
import { nameOf } from "../view-models/group_text";
import { handleOf } from "../view-models/handle";
import { formatPhone } from "../view-models/phone";
import { say, type TextId } from "../view-models/say";
import { longDateText, millis } from "../view-models/time_text";
import { Avatar } from "./avatar";
import { copyText } from "./copy_text";
import { Confirm } from "./dialog";
import type { GroupPageProps } from "./group_info";
import { passOn } from "./invite";
import { onDemand } from "./on_demand";
import { PeopleChoice } from "./people_choice";
import { hintOf, Option, Switch } from "./switch";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./group_pages.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import groups from "./parts/group.module.css";
import rows from "./parts/rows.module.css";
import words from "./parts/words.module.css";

const Select = onDemand(() => import("./select").then(({ default: select }) => select));

export function AddPage({ model, group, actions }: GroupPageProps) {
  const { busy, error, offersLink, members } = useViewModel(model);
  const { chosen } = useViewModel(model.adding);
  const add = () => void model.add().then((done) => done && actions.showTopic(""));
  return (
    <PeopleChoice model={model.adding} busy={busy} already={members.length} most={GROUP_MEMBERS_MAX}>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
      {offersLink && (group.link !== undefined || mayDo(group, "administer")) && (
        <button type="button" className={`${buttons.button} ${buttons.wide}`} onClick={() => actions.showTopic("link")}>
          {say("groupLink.title")}
        </button>
      )}
      <button
        type="button"
        className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
        disabled={busy || chosen.length === 0}
        onClick={add}
      >
        {say("common.add")}
      </button>
    </PeopleChoice>
  );
}

const PERMISSIONS: readonly { what: Permission; label: TextId; hint: TextId }[] = [
  { what: "send", label: "groupPermissions.send", hint: "groupPermissions.sendHint" },
  { what: "editInfo", label: "groupPermissions.editInfo", hint: "groupPermissions.editInfoHint" },
  { what: "addMembers", label: "groupPermissions.addMembers", hint: "groupPermissions.addMembersHint" },
];

export function PermissionsPage({ model, group }: GroupPageProps) {
  const { busy } = useViewModel(model);
  const permissions = permissionsOf(group);
  const disabled = busy || !mayDo(group, "administer");
  return (
    <section className={groups.group}>
      <p className={groups.explain}>{say("groupPermissions.hint")}</p>
      {PERMISSIONS.map(({ what, label, hint }) => (
        <Switch
          key={what}
          id={`may-${what}`}
          label={say(label)}
          hint={say(hint)}
          on={permissions[what]}
          disabled={disabled}
          onChange={(allowed) => model.allow(what, allowed)}
        />
      ))}
    </section>
  );
}

export function RequestsPage({ model }: GroupPageProps) {
  const { applicants, loaded, busy } = useViewModel(model);
  if (!loaded) return null;
  if (applicants.length === 0)
    return (
      <p className={rows.empty} role="status">
        {say("groupInfo.noRequests")}
      </p>
    );
  return (
    <ul className={groups.group} aria-label={say("groupInfo.requests")}>
      {applicants.map((person) => {
        const name = nameOf(person);
        const handle = formatPhone(handleOf(person));
        return (
          <li key={person.accountId} className={styles.applicant}>
            <Avatar id={person.accountId} title={name} size="small" />
            <span className={`${words.words} ${styles.who}`}>
              <span dir="auto">{name}</span>
              {handle !== "" && handle !== name && <small>{handle}</small>}
            </span>
            <span className={styles.answers}>
              <button
                type="button"
                className={`${buttons.button} ${buttons.primary} ${buttons.small}`}
                aria-label={say("groupInfo.letInOne", { name })}
                disabled={busy}
                onClick={() => void model.letIn(person)}
              >
                {say("groupInfo.letIn")}
              </button>
              <button
                type="button"
                className={`${buttons.button} ${buttons.small}`}
                aria-label={say("groupInfo.turnAwayOne", { name })}
                disabled={busy}
                onClick={() => void model.turnAway(person)}
              >
                {say("groupInfo.turnAway")}
              </button>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

export function LinkPage(page: GroupPageProps) {
  const { model, group } = page;
  const { busy } = useViewModel(model);
  const { link } = group;
  const [asked, setAsked] = useState<"another" | "end">();
  const [wanted, setApproval] = useState<boolean>();
  const approval = wanted ?? link?.approval ?? false;
  const [days, setDays] = useState<LinkDays>(0);
  const administers = mayDo(group, "administer");
  const make = () => void model.makeLink(approval, days);
  return (
    <>
      {link === undefined ? (
        <p className={groups.group}>{say("groupLink.what")}</p>
      ) : (
        <LinkShown {...page} link={link} />
      )}
      {administers ? (
        <section className={groups.group}>
          <Switch
            id="approval"
            label={say("groupLink.askAdmin")}
            hint={say("groupLink.askAdminHint")}
            on={approval}
            disabled={busy}
            onChange={setApproval}
          />
          <Expiry days={days} onDays={setDays} />
          <button
            type="button"
            className={`${buttons.button} ${link === undefined ? buttons.primary : ""}`}
            disabled={busy}
            onClick={() => (link === undefined ? make() : setAsked("another"))}
          >
            {say(link === undefined ? "groupLink.make" : "groupLink.reset")}
          </button>
          {link !== undefined && (
            <button
              type="button"
              className={`${buttons.button} ${buttons.danger}`}
              disabled={busy}
              onClick={() => setAsked("end")}
            >
              {say("groupLink.end")}
            </button>
          )}
        </section>
      ) : (
        <p className={`${groups.group} ${groups.explain}`}>{say("groupLink.onlyAdmins")}</p>
      )}
      {asked !== undefined && (
        <Confirm
          title={say(asked === "end" ? "groupLink.endQuestion" : "groupLink.resetQuestion")}
          confirm={say(asked === "end" ? "groupLink.end" : "groupLink.reset")}
          danger={asked === "end"}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined);
            if (asked === "end") void model.endLink();
            else make();
          }}
        >
          {say(asked === "end" ? "groupLink.endConsequence" : "groupLink.resetConsequence")}
        </Confirm>
      )}
    </>
  );
}

function LinkShown({ conversation, actions, link }: GroupPageProps & { link: GroupLink }) {
  const now = useNow();
  const copy = () =>
    void copyText(link.link).then((copied) => actions.tell(say(copied ? "groupLink.copied" : "groupLink.cantCopy")));
  const share = () =>
    void passOn(say("groupLink.words", { title: titleOf(conversation), link: link.link })).then(
      (words) => words !== "" && actions.tell(words),
    );
  const ends = millis(link.expiresUs);
  return (
    <section className={groups.group}>
      {link.link === "" ? (
        <p role="status">{say("groupLink.unknown")}</p>
      ) : (
        <>
          <p className={styles.link} dir="ltr" data-part="link">
            {link.link}
          </p>
          <div className={forms.edit}>
            <div className={forms.buttons}>
              <button type="button" className={`${buttons.button} ${buttons.primary} ${buttons.small}`} onClick={copy}>
                {say("groupLink.copy")}
              </button>
              <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={share}>
                {say("groupLink.share")}
              </button>
            </div>
          </div>
        </>
      )}
      <p className={groups.explain}>{say(link.approval ? "groupLink.approval" : "groupLink.open")}</p>
      {link.expiresUs > 0n && (
        <p className={groups.explain}>
          {ends > now
            ? say("groupLink.until", { date: longDateText(ends) })
            : say("groupLink.over", { date: longDateText(ends) })}
        </p>
      )}
    </section>
  );
}

const DAYS: Record<LinkDays, TextId> = {
  0: "groupLink.never",
  1: "groupLink.day",
  7: "groupLink.week",
  30: "groupLink.month",
};

function Expiry({ days, onDays }: { days: LinkDays; onDays: (days: LinkDays) => void }) {
  const id = "link-days-label";
  return (
    <Option id={id} label={say("groupLink.expiry")} hint={say("groupLink.expiryHint")}>
      <Select
        labelledBy={id}
        describedBy={hintOf(id)}
        value={String(days)}
        options={LINK_DAYS.map((each) => ({ value: String(each), label: say(DAYS[each]) }))}
        onChange={(value) => onDays(LINK_DAYS.find((each) => String(each) === value) ?? 0)}
      />
    </Option>
  );
}
