// SPDX-License-Identifier: AGPL-3.0-or-later

// Pictograms, drawn here: 24 units square, in the colour of the text around them. Those of the page's first script; all
// others are in part_icons.tsx.
import styles from "./icons.module.css";

export const PATHS = {
  chats:
    "M4 10.5C4 7.1 6.9 4.5 10.5 4.5S17 7.1 17 10.5s-2.9 6-6.5 6c-.9 0-1.8-.1-2.6-.4L4.6 17.5l.9-3.3A5.8 5.8 0 0 1 4 10.5M17.8 9.3c1.7.9 2.7 2.5 2.7 4.4 0 1.2-.4 2.3-1.2 3.2l.8 2.9-3.1-1.2c-.7.3-1.4.4-2.2.4-1.6 0-3-.6-4-1.5",
  pin: "M9 4.5h6M9.7 4.5l-.5 6-2.7 2.7v1.3h11v-1.3l-2.7-2.7-.5-6M12 14.5v5.5",
  bellOff:
    "M8 7.5A5 5 0 0 1 17 10.5c0 1 .2 2 .5 2.9M16 17H5.5c1-1.2 1.5-3 1.5-5.5M10 19.8c1.2.9 2.8.9 4 0M4.5 4.5l15 15",
  archive: "M4 5h16v4H4zM5.5 9v8.5A1.5 1.5 0 0 0 7 19h10a1.5 1.5 0 0 0 1.5-1.5V9M10 12.8h4",
  caret: "M6.5 9.5L12 15l5.5-5.5",
  back: "M14.5 5.5L8 12l6.5 6.5",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  search: "M11 4.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M16 16l4 4",
  compose:
    "M12 5H7.5A2.5 2.5 0 0 0 5 7.5v9A2.5 2.5 0 0 0 7.5 19h9a2.5 2.5 0 0 0 2.5-2.5V12M18 3.8a1.6 1.6 0 0 1 2.2 2.2L13 13.2l-3.2.9.9-3.2z",
  settings:
    "M12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6M10.3 3.5h3.4l.5 2.4 1.7 1 2.3-.8 1.7 3-1.8 1.6v2.6l1.8 1.6-1.7 3-2.3-.8-1.7 1-.5 2.4h-3.4l-.5-2.4-1.7-1-2.3.8-1.7-3 1.8-1.6v-2.6L4.1 9.1l1.7-3 2.3.8 1.7-1z",
  person: "M12 4.5a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 0 0 0-7.6M4.8 19.5c.8-3.3 3.5-5 7.2-5s6.4 1.7 7.2 5",
  people:
    "M9.2 5.5a3.3 3.3 0 1 0 0 6.6a3.3 3.3 0 0 0 0-6.6M3 18.8c.7-3 3-4.5 6.2-4.5s5.5 1.5 6.2 4.5M15.2 5.8a3.1 3.1 0 0 1 0 6M17.4 14.8c1.9.6 3.2 1.9 3.7 4",
  send: "M4.3 5.3c-.3-1 .7-1.9 1.7-1.4l14.2 7.1c.8.4.8 1.6 0 2L6 20.1c-1 .5-2-.4-1.7-1.4L6 13l6.5-1L6 11z",
  smile:
    "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M8.4 14.2c.9 1.3 2.1 2 3.6 2s2.7-.7 3.6-2M9.2 9.6v.2M14.8 9.6v.2",
  more: "M12 5.4v.1M12 12v.1M12 18.5v.1",
  up: "M12 19V5.5M6.5 11L12 5.5l5.5 5.5",
  down: "M12 5v13.5M6.5 13l5.5 5.5 5.5-5.5",
  lock: "M7.5 10.5h9A1.5 1.5 0 0 1 18 12v6a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 18v-6a1.5 1.5 0 0 1 1.5-1.5M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  shield: "M12 3.5l7 2.6v5.4c0 4.2-2.8 7.4-7 9-4.2-1.6-7-4.8-7-9V6.1zM9 12l2.2 2.2L15.2 10",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M12 11v5.2M12 7.9v.1",
  block: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M6 6l12 12",
  cloudOff: "M4.5 4.5l15 15M9.5 6.6A5.8 5.8 0 0 1 17.3 10.5a3.9 3.9 0 0 1 2.1 6M15.5 18H7a4 4 0 0 1-.6-7.9",
  hourglass: "M7 4h10M7 20h10M8 4c0 5 4 5 4 8s-4 3-4 8M16 4c0 5-4 5-4 8s4 3 4 8",
  check: "M5 12.5l4.5 4.5L19 7.5",
  plus: "M12 5v14M5 12h14",
  mic: "M12 3.8a3 3 0 0 0-3 3v4.7a3 3 0 0 0 6 0V6.8a3 3 0 0 0-3-3M5.8 11.5a6.2 6.2 0 0 0 12.4 0M12 17.7v2.8",
  forward: "M14.5 6l5 5-5 5M19 11h-8.5c-3.5 0-6 2.3-6 6.5",
  edit: "M16 4.8a2 2 0 0 1 3 3L8.5 18.3l-4 1 1-4z",
  star: "M12 4l2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return <Drawn name={name} path={PATHS[name]} />;
}

/** Decoration: what it means is said by the text or label around it. */
export function Drawn({ name, path }: { name: string; path: string }) {
  return (
    <svg className={styles.icon} data-icon={name} viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Logo({ className }: { className?: string }) {
  return (
    <svg className={className} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="19" fill="#8b3d6a" />
      <path
        d="M25 14c-8.8 0-15 5.6-15 13.2 0 3.5 1.3 6.6 3.6 9l-1.5 6.5c-.2.9.7 1.6 1.5 1.2l6.3-3.1c1.6.4 3.3.6 5.1.6 8.8 0 15-5.8 15-14.2S33.8 14 25 14z"
        fill="#f7d9c0"
      />
      <path
        d="M40 24c8.3 0 14 5.3 14 12.5 0 3.3-1.2 6.3-3.4 8.5l1.4 6c.2.9-.7 1.6-1.5 1.2l-5.9-2.9c-1.5.4-3 .5-4.6.5-8.3 0-14-5.4-14-13.2S31.7 24 40 24z"
        fill="#fff"
        fillOpacity=".92"
      />
      <path d="M39.8 26.5c-.3 8-5.8 13.8-13.7 14.5-.1-.8-.1-1.6-.1-2.4C26 31 31.6 25.7 39.8 24z" fill="#e7a9c8" />
    </svg>
  );
}
