// SPDX-License-Identifier: AGPL-3.0-or-later

// Above the conversations: which of them are shown, those of a list that the person has made among them.
import {
  Fragment,
  useEffect,
  useRef,
  useState,
  type ComponentProps,
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  type WheelEvent,
} from "react";

import { FILTERS, type ConversationListViewModel, type Filter } from "../view-models/conversation_list";
import type { List } from "../view-models/core";
import type { WithCore } from "../view-models/entity_store";
import { numberText } from "../view-models/intl_text";
import { say, type TextId } from "../view-models/say";
import { isFocusLost } from "./focus_return";
import { Icon, type IconName } from "./icons";
import type { ListMenuPlace } from "./list_menu";
import { useContextMenu } from "./long_press";
import { MissingPopup, onDemand } from "./on_demand";
import { useViewModel } from "./use_view_model";
import styles from "./list_filters.module.css";

const ListMenu = onDemand(() => import("./list_menu").then(({ default: menu }) => menu), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});
const ListSheet = onDemand(() => import("./list_sheet").then(({ default: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});
const DeleteListQuestion = onDemand(() => import("./delete_list_question").then(({ default: question }) => question), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

const NAMES: Record<(typeof FILTERS)[number], TextId> = {
  all: "filters.all",
  unread: "filters.unread",
  people: "filters.people",
  groups: "filters.groups",
};

interface ListFiltersProps {
  model: ConversationListViewModel;
  withCore: WithCore;
  tell: (words: string) => void;
}

/** What is asked about a list, or about a new one. */
type Asked = { what: "make" } | { what: "edit" | "delete"; list: List };

export function ListFilters({ model, withCore, tell }: ListFiltersProps) {
  const { filter, lists, unreadConversations } = useViewModel(model);
  const [menu, setMenu] = useState<ListMenuPlace>();
  const [asked, setAsked] = useState<Asked>();
  const row = useRef<HTMLDivElement>(null);
  const roving = useRoving(filter);

  useFollowing(row, filter, lists);

  const chip = (key: Filter) => ({
    pressed: key === filter,
    onChoose: () => model.choose(key),
    ...roving.of(key),
  });
  return (
    <>
      <div
        ref={row}
        className={styles.filters}
        role="toolbar"
        aria-label={say("filters.label")}
        data-part="filters"
        onKeyDown={moveAlong}
        onWheel={scrollAlong}
        onBlur={roving.onBlur}
      >
        {FILTERS.map((key) => (
          <Chip key={key} {...chip(key)} label={say(NAMES[key])} count={key === "unread" ? unreadConversations : 0} />
        ))}
        {lists.map((list) => (
          <Fragment key={list.id}>
            <OwnChip {...chip(list.id)} list={list} onMenu={setMenu} />
            {list.id === filter && (
              <IconChip
                icon="edit"
                label={say("filters.edit", { name: list.name })}
                onClick={() => setAsked({ what: "edit", list })}
                {...roving.of("edit")}
              />
            )}
          </Fragment>
        ))}
        <IconChip
          icon="plus"
          label={say("common.newList")}
          onClick={() => setAsked({ what: "make" })}
          {...roving.of("make")}
        />
      </div>
      {menu !== undefined && (
        <ListMenu
          place={menu}
          onEdit={() => setAsked({ what: "edit", list: menu.list })}
          onDelete={() => setAsked({ what: "delete", list: menu.list })}
          onClose={() => setMenu(undefined)}
        />
      )}
      {asked !== undefined && (
        <Question asked={asked} onAsk={setAsked} onMade={model.choose} withCore={withCore} tell={tell} />
      )}
    </>
  );
}

interface QuestionProps extends Omit<ListFiltersProps, "model"> {
  asked: Asked;
  /** For something else; for nothing any more. */
  onAsk: (asked: Asked | undefined) => void;
  onMade: (id: string) => void;
}

function Question({ asked, onAsk, onMade, withCore, tell }: QuestionProps) {
  const end = () => onAsk(undefined);
  if (asked.what === "make") return <ListSheet withCore={withCore} onSaved={onMade} onClose={end} />;
  const { what, list } = asked;
  if (what === "delete") return <DeleteListQuestion list={list} withCore={withCore} tell={tell} onClose={end} />;
  const onDelete = () => onAsk({ what: "delete", list });
  return <ListSheet withCore={withCore} list={list} onDelete={onDelete} onClose={end} />;
}

/** The one that is chosen is seen, and has the focus when that was at a list that is no more. */
function useFollowing(row: RefObject<HTMLElement | null>, filter: Filter, lists: readonly List[]): void {
  useEffect(() => {
    for (const part of [editIn(row.current), pressedIn(row.current)])
      part?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [row, filter]);
  const before = useRef(lists);
  useEffect(() => {
    const isGone = before.current.some(({ id }) => !lists.some((each) => each.id === id));
    before.current = lists;
    if (isGone && isFocusLost()) pressedIn(row.current)?.focus();
  }, [row, lists]);
}

const pressedIn = (row: HTMLElement | null) => row?.querySelector<HTMLElement>("[aria-pressed=true]");
/** Beside it, of a list that the person has made. */
const editIn = (row: HTMLElement | null) =>
  row?.querySelector<HTMLElement>("[aria-pressed=true] + :not([aria-pressed])");

/** One of the row is where Tab goes: the one that has the focus, and else the one that is chosen. */
function useRoving(filter: Filter) {
  const [at, setAt] = useState<string>();
  return {
    of: (key: string) => ({ tabIndex: (at ?? filter) === key ? 0 : -1, onFocus: () => setAt(key) }),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (!currentTarget.contains(relatedTarget)) setAt(undefined);
    },
  };
}

/** Left and right, as they are seen; Home and End. */
function moveAlong(event: KeyboardEvent<HTMLElement>): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const isRtl = getComputedStyle(event.currentTarget).direction === "rtl";
  const onward = isRtl ? "ArrowLeft" : "ArrowRight";
  const back = isRtl ? "ArrowRight" : "ArrowLeft";
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { [onward]: at + 1, [back]: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
}

/** There is no bar: a wheel that turns up and down scrolls sideways. */
function scrollAlong({ currentTarget, deltaX, deltaY }: WheelEvent<HTMLElement>): void {
  const isRtl = getComputedStyle(currentTarget).direction === "rtl";
  if (deltaX === 0) currentTarget.scrollLeft += isRtl ? -deltaY : deltaY;
}

interface ChipProps extends ComponentProps<"button"> {
  label: string;
  count?: number;
  pressed: boolean;
  onChoose: () => void;
}

function Chip({ label, count = 0, pressed, onChoose, ...rest }: ChipProps) {
  return (
    <button type="button" className={styles.chip} aria-pressed={pressed} onClick={onChoose} {...rest}>
      <span className={styles.label} dir="auto">
        {label}
      </span>{" "}
      {count > 0 && <span>{numberText(count)}</span>}
    </button>
  );
}

interface OwnChipProps extends Omit<ChipProps, "label" | "list"> {
  list: List;
  onMenu: (place: ListMenuPlace) => void;
}

/** Of a list that the person has made. */
function OwnChip({ list, onMenu, ...chip }: OwnChipProps) {
  const menu = useContextMenu((x, y) => onMenu({ list, at: { x, y } }));
  return <Chip label={list.name} {...chip} {...menu} />;
}

interface IconChipProps extends ComponentProps<"button"> {
  icon: IconName;
  label: string;
}

function IconChip({ icon, label, ...rest }: IconChipProps) {
  return (
    <button type="button" className={`${styles.chip} ${styles.round}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
