// SPDX-License-Identifier: AGPL-3.0-or-later

import { Menu, MenuItem, useMenuStore } from "@ariakit/react/menu";
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";

import { rememberFocus } from "./focus_return";
import { Icon, type IconName } from "./part_icons";
import { useOverlay } from "./keys";
import popups from "./parts/popup.module.css";

export interface PopupItem {
  icon: IconName;
  label: string;
  act: () => void;
}

/** Where something stands: at a part of the page, or a point of it. */
export type Anchor = Element | { x: number; y: number };

export const anchorRect = (at: Anchor) =>
  at instanceof Element ? at.getBoundingClientRect() : { ...at, width: 0, height: 0 };

/** Choices beside each other, one of which may be the one that was made. */
export interface PopupRow {
  label: string;
  choices: readonly { label: string; icon?: IconName; chosen?: boolean; act: () => void }[];
}

interface PopupMenuProps {
  label: string;
  /** Above the items. */
  row?: PopupRow;
  items: readonly PopupItem[];
  /** The button that opens it, below which it stands; or a point of the page. */
  at: HTMLElement | { x: number; y: number };
  /** What it stands above instead. */
  over?: Element;
  onClose: () => void;
}

/**
 * A menu that is open while it is in the page. A choice, a click beside it, scrolling, Tab and Escape close it: the
 * focus goes back to its button, or to where it was, unless what was chosen has taken it.
 */
export function PopupMenu({ label, row, items, at, over, onClose }: PopupMenuProps) {
  const opener = at instanceof HTMLElement ? at : undefined;
  const menu = useMenuStore({
    open: true,
    placement: over !== undefined ? "top" : opener === undefined ? "bottom-start" : "bottom-end",
    focusShift: row !== undefined,
    rtl: document.documentElement.dir === "rtl",
    setOpen: (open) => {
      if (!open) onClose();
    },
  });
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    before.current = opener ?? document.activeElement;
    menu.setInitialFocus(opener?.matches(":focus-visible") === true ? "first" : "container");
    menu.setAutoFocusOnShow(true); // only its own button would do that for it
    const back = rememberFocus(opener);
    return () => void requestAnimationFrame(back);
  }, [menu, opener]);
  useOverlay(true, onClose);
  const onWheel = useEffectEvent(onClose);
  useEffect(() => {
    const away = () => onWheel();
    document.addEventListener("wheel", away, { passive: true });
    return () => document.removeEventListener("wheel", away);
  }, []);
  const choose = (act: () => void) => () => {
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus(); // a dialog gives it back to that
    act();
  };
  return (
    <Menu
      store={menu}
      portal
      overlap={over !== undefined || opener === undefined} // of what is at a point
      preserveTabOrder={false}
      className={popups.popup}
      aria-label={label}
      getAnchorRect={() => anchorRect(over ?? at)}
      autoFocusOnHide={false}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Tab") return;
        event.preventDefault();
        onClose();
      }}
    >
      {row !== undefined && <Row row={row} choose={choose} />}
      {items.map(({ icon, label: name, act }) => (
        <MenuItem key={name} className={popups.item} {...(row !== undefined && { rowId: name })} onClick={choose(act)}>
          <Icon name={icon} />
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}

function Row({ row, choose }: { row: PopupRow; choose: (act: () => void) => () => void }) {
  return (
    <div className={popups.row} role="group" aria-label={row.label}>
      {row.choices.map(({ label, icon, chosen, act }) => (
        <MenuItem
          key={label}
          rowId={row.label}
          {...(chosen !== undefined && { role: "menuitemradio", "aria-checked": chosen })}
          {...(icon !== undefined && { "aria-label": label, title: label })}
          className={popups.choice}
          onClick={choose(act)}
        >
          {icon === undefined ? label : <Icon name={icon} />}
        </MenuItem>
      ))}
    </div>
  );
}
