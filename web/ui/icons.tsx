// SPDX-License-Identifier: AGPL-3.0-or-later

// Pictograms, drawn here: 24 units square, in the colour of the text around them.

const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14M16.2 16.2L20 20",
  compose:
    "M12 5H7a3 3 0 0 0-3 3v9a3 3 0 0 0 3 3h9a3 3 0 0 0 3-3v-5M18.4 3.6a1.9 1.9 0 0 1 2.7 2.7L13 14.4l-3.6.9.9-3.6z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 0 0 4a2 2 0 0 0 0-4M9 15a2 2 0 1 0 0 4a2 2 0 0 0 0-4",
  person: "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8M4.5 20c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  personAdd: "M10 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7M3.5 19.5c.7-3.2 3.2-5 6.5-5s5.8 1.8 6.5 5M18.5 8v6M15.5 11h6",
  send: "M5 12h13M12 5.5l6.5 6.5-6.5 6.5",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M8.5 14.2c.9 1.3 2.1 2 3.5 2s2.6-.7 3.5-2M9 9.7v.1M15 9.7v.1",
  reply: "M9.5 6L4 11.5 9.5 17M4.5 11.5H14c3.6 0 6 2.2 6 6.5",
  copy: "M9 8.5h9a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H9A1.5 1.5 0 0 1 7.5 19v-9A1.5 1.5 0 0 1 9 8.5M16.5 8.5V5A1.5 1.5 0 0 0 15 3.5H6A1.5 1.5 0 0 0 4.5 5v9A1.5 1.5 0 0 0 6 15.5h1.5",
  more: "M5.5 12a.6.6 0 1 0 1.2 0a.6.6 0 1 0-1.2 0M11.4 12a.6.6 0 1 0 1.2 0a.6.6 0 1 0-1.2 0M17.3 12a.6.6 0 1 0 1.2 0a.6.6 0 1 0-1.2 0",
  down: "M12 5v14M6 13l6 6 6-6",
  lock: "M7 10.5h10a1.5 1.5 0 0 1 1.5 1.5v6.5A1.5 1.5 0 0 1 17 20H7a1.5 1.5 0 0 1-1.5-1.5V12A1.5 1.5 0 0 1 7 10.5M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  shield: "M12 3.5l7 2.5v5.5c0 4.2-2.8 7.4-7 9c-4.2-1.6-7-4.8-7-9V6zM9 12l2.2 2.2L15.2 10",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M12 11v5M12 8v.01",
  block: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M6 6l12 12",
  cloudOff: "M4 4l16 16M9 6.3A6 6 0 0 1 17.3 10A4 4 0 0 1 19.6 17M15.5 18H7a4 4 0 0 1-.8-7.9",
  edit: "M16.5 4.5a2.1 2.1 0 0 1 3 3L8.5 18.5l-4 1 1-4z",
  file: "M13 3.5H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V9zM13 3.5V9h5.5M12 17.5v-5M9.5 14.5l2.5-2.5 2.5 2.5",
  hourglass: "M7 4h10M7 20h10M8 4c0 5 4 5 4 8s-4 3-4 8M16 4c0 5-4 5-4 8s4 3 4 8",
  check: "M5 12.5l4.5 4.5L19 7.5",
  code: "M8.5 8L4.5 12l4 4M15.5 8l4 4-4 4M13.5 5.5l-3 13",
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: what it means is said by the text or label around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 64 64" aria-hidden="true">
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
