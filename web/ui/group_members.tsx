// SPDX-License-Identifier: AGPL-3.0-or-later

// Who is in a group, and what can be done with each: a member is written to, an admin can do more.
import { memo, useCallback, useRef, useState } from "react";

import { GROUP_MEMBERS_MAX, Role, type Group, type Member } from "../view-models/core";
import { mayDo, type GroupInfoViewModel } from "../view-models/group_info";
import { nameOf } from "../view-models/group_text";
import { handleOf } from "../view-models/handle";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { Avatar } from "./avatar";
import { Confirm } from "./dialog";
import { isFocusLost } from "./focus_return";
import type { GroupInfoActions } from "./group_info";
import { Icon } from "./part_icons";
import { PopupMenu, type PopupItem } from "./popup_menu";
import { useShowAll } from "./show_all";
import { Spinner } from "./spinner";
import { useLocale } from "./use_locale";
import { useViewModel } from "./use_view_model";
import { Way } from "./way";
import styles from "./group_members.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

/** More are shown when somebody wants them. */
const ROWS_FIRST = 100;
/** Of fewer everybody is seen at once: there is nothing to search. */
const SEARCH_FROM = 10;

interface GroupMembersProps {
  model: GroupInfoViewModel;
  group: Group;
  actions: Pick<GroupInfoActions, "showTopic" | "openPerson">;
}

export function GroupMembers({ model, group, actions }: GroupMembersProps) {
  const { loaded, found, query, error } = useViewModel(model);
  const [all, setAll] = useState(false);
  const [menu, setMenu] = useState<{ member: Member; at: HTMLElement }>();
  const onMenu = useCallback((member: Member, at: HTMLElement) => setMenu({ member, at }), []);
  const [removed, setRemoved] = useState<Member>();
  const list = useRef<HTMLUListElement>(null);
  const shown = all ? found : found.slice(0, ROWS_FIRST);
  const showAll = useShowAll(list, shown.length, setAll);
  const afterwards = () => requestAnimationFrame(() => isFocusLost() && list.current?.focus());
  return (
    <section aria-label={say("groupInfo.members")} onKeyDown={(event) => moveFocusByArrows(event, "[data-row]")}>
      <Head model={model} />
      {mayDo(group, "addMembers") && (
        <div className={rows.rows}>
          <Way icon="personAdd" id="details-add" onClick={() => actions.showTopic("add")}>
            {say("groupInfo.add")}
          </Way>
        </div>
      )}
      {!loaded && error === "" && (
        <p className={rows.empty} role="status">
          <Spinner label={say("groupInfo.loading")} />
        </p>
      )}
      {loaded && found.length === 0 && query !== "" && (
        <p className={rows.empty} role="status">
          {say("groupInfo.noneFound", { typed: query.trim() })}
        </p>
      )}
      <ul ref={list} className={rows.rows} tabIndex={-1} aria-label={say("groupInfo.members")}>
        {shown.map((member) => (
          <MemberRow key={member.person?.accountId} member={member} onMenu={onMenu} />
        ))}
      </ul>
      {shown.length < found.length && (
        <div className={rows.rows}>
          <Way icon="down" onClick={showAll}>
            {say("people.showAll", { count: found.length - shown.length })}
          </Way>
        </div>
      )}
      {menu !== undefined && (
        <PopupMenu
          label={say("groupInfo.more", { name: nameOf(menu.member.person) })}
          at={menu.at}
          items={itemsFor(menu.member, model, group, actions, setRemoved)}
          onClose={() => setMenu(undefined)}
        />
      )}
      {removed !== undefined && (
        <Confirm
          title={say("groupInfo.removeQuestion", { name: nameOf(removed.person) })}
          confirm={say("groupInfo.remove")}
          danger
          onCancel={() => setRemoved(undefined)}
          onConfirm={() => {
            setRemoved(undefined);
            void model.remove(removed).then(afterwards);
          }}
        >
          {say("groupInfo.removeConsequence")}
        </Confirm>
      )}
    </section>
  );
}

function Head({ model }: { model: GroupInfoViewModel }) {
  const { loaded, members, query } = useViewModel(model);
  return (
    <>
      <h3 className={`${rows.sectionTitle} ${styles.head}`}>
        <span>{say("groupInfo.members")}</span>
        {loaded && <span>{say("groupInfo.of", { count: members.length, most: GROUP_MEMBERS_MAX })}</span>}
      </h3>
      {members.length >= SEARCH_FROM && (
        <div className={searches.search}>
          <Icon name="search" />
          <input
            aria-label={say("groupInfo.search")}
            placeholder={say("groupInfo.search")}
            value={query}
            autoCapitalize="none"
            onChange={(event) => model.setQuery(event.target.value)}
          />
        </div>
      )}
    </>
  );
}

function itemsFor(
  member: Member,
  model: GroupInfoViewModel,
  group: Group,
  actions: GroupMembersProps["actions"],
  onRemove: (member: Member) => void,
): PopupItem[] {
  const { person, role } = member;
  const items: PopupItem[] = [];
  if (person !== undefined) {
    const label = say("groupInfo.write", { name: person.name });
    items.push({ icon: "compose", label, act: () => void actions.openPerson(person) });
  }
  if (!mayDo(group, "administer")) return items;
  const isAdmin = role === Role.kAdmin;
  return [
    ...items,
    {
      icon: "shield",
      label: say(isAdmin ? "groupInfo.dismiss" : "groupInfo.makeAdmin"),
      act: () => void model.setAdmin(member, !isAdmin),
    },
    { icon: "block", label: say("groupInfo.remove"), act: () => onRemove(member) },
  ];
}

interface MemberRowProps {
  member: Member;
  onMenu: (member: Member, at: HTMLElement) => void;
}

/** Of oneself there is nothing to choose. */
const MemberRow = memo(function MemberRow({ member, onMenu }: MemberRowProps) {
  useLocale();
  const { person, role, thisAccount } = member;
  const name = nameOf(person);
  const handle = formatPhone(handleOf(person));
  const content = (
    <>
      <Avatar id={person?.accountId ?? ""} title={name} size="small" />
      <span className={rows.main}>
        <span className={rows.title} data-part="title" dir="auto">
          {thisAccount ? say("common.you") : name}
        </span>
        {handle !== "" && handle !== name && (
          <span className={rows.preview}>
            <span className={rows.text}>{handle}</span>
          </span>
        )}
      </span>
      {role === Role.kAdmin && <span className={styles.admin}>{say("groupInfo.admin")}</span>}
    </>
  );
  return (
    <li className={styles.member}>
      {thisAccount ? (
        <div className={`${rows.row} ${styles.self}`}>{content}</div>
      ) : (
        <button
          type="button"
          className={rows.row}
          data-row
          aria-haspopup="menu"
          onClick={(event) => onMenu(member, event.currentTarget)}
        >
          {content}
        </button>
      )}
    </li>
  );
});
