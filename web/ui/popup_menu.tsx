// SPDX-License-Identifier: AGPL-3.0-or-later

import { Menu, MenuItem, useMenuStore } from "@ariakit/react/menu";
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";

import { rememberFocus } from "./focus_return";
import { Icon, type IconName } from "./icons";
import { useOverlay } from "./keys";
import popups from "./parts/popup.module.css";

export interface PopupItem {
  icon: IconName;
  label: string;
  act: () => void;
}

interface PopupMenuProps {
  label: string;
  items: readonly PopupItem[];
  /** The button that opens it, below which it stands; or a point of the page. */
  at: HTMLElement | { x: number; y: number };
  onClose: () => void;
}

/**
 * A menu that is open while it is in the page. A choice, a click beside it, scrolling, Tab and Escape close it: the
 * focus goes back to its button, or to where it was, unless what was chosen has taken it.
 */
export function PopupMenu({ label, items, at, onClose }: PopupMenuProps) {
  const opener = at instanceof HTMLElement ? at : undefined;
  const menu = useMenuStore({
    open: true,
    placement: opener === undefined ? "bottom-start" : "bottom-end",
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
  return (
    <Menu
      store={menu}
      portal
      preserveTabOrder={false}
      className={popups.popup}
      aria-label={label}
      getAnchorRect={() => (opener === undefined ? { ...at, width: 0, height: 0 } : opener.getBoundingClientRect())}
      autoFocusOnHide={false}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Tab") return;
        event.preventDefault();
        onClose();
      }}
    >
      {items.map(({ icon, label: name, act }) => (
        <MenuItem
          key={name}
          className={popups.item}
          onClick={() => {
            onClose();
            if (before.current instanceof HTMLElement) before.current.focus(); // a dialog gives it back to that
            act();
          }}
        >
          <Icon name={icon} />
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}
