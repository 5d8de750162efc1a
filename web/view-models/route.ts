// SPDX-License-Identifier: AGPL-3.0-or-later

// What is open, as a value: the address of the page is its image, and the back button closes one layer of it at a time.
//
//   #/                          the conversations
//   #/new-chat                  somebody new, in the place of the list
//   #/settings/privacy          a page of the settings; .../link is one of .../devices
//   #/c/ID  #/c/ID/details      a conversation, and who the partner is
//   #/settings/c/ID             both, beside each other on a wide screen

/** What takes the place of the list at the left. */
export type LeftPanel = "list" | "new-chat" | "settings";

export const SETTINGS_SECTIONS = [
  "profile",
  "devices",
  "link",
  "privacy",
  "security",
  "notifications",
  "device",
  "about",
] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export interface Route {
  panel: LeftPanel;
  /** A page of the settings; "" for their topics, and in other panels. */
  section: SettingsSection | "";
  /** The id of the open conversation; "" for none. */
  conversation: string;
  details: boolean;
}

export const HOME: Route = { panel: "list", section: "", conversation: "", details: false };

const ADDRESS = /^#(?:\/(new-chat|settings)(?:\/(?!c\/)([a-z]+))?)?(?:\/c\/([0-9a-f]{32})(\/details)?)?$/;

/** The hash of the address; "" for HOME, so that the address people see first is a plain one. */
export function addressOf({ panel, section, conversation, details }: Route): string {
  const parts = [
    ...(panel === "list" ? [] : [panel]),
    ...(panel === "settings" && section !== "" ? [section] : []),
    ...(conversation === "" ? [] : ["c", conversation, ...(details ? ["details"] : [])]),
  ];
  return parts.length === 0 ? "" : `#/${parts.join("/")}`;
}

/** Whatever an address says; what it can't be is HOME. */
export function routeOf(hash: string): Route {
  const [, panel, section = "", conversation = "", details] = ADDRESS.exec(hash) ?? [];
  const known = SETTINGS_SECTIONS.find((each) => each === section) ?? "";
  return {
    panel: panel === "settings" || panel === "new-chat" ? panel : "list",
    section: panel === "settings" ? known : "",
    conversation,
    details: details !== undefined,
  };
}

/** The layers that are open, the outermost first: each is one step of the back button. */
export function layersOf(route: Route): Route[] {
  const layers: Route[] = [];
  const add = (change: Partial<Route>) => layers.push({ ...(layers.at(-1) ?? HOME), ...change });
  if (route.panel !== "list") add({ panel: route.panel });
  if (route.section === "link") add({ section: "devices" });
  if (route.section !== "") add({ section: route.section });
  if (route.conversation !== "") add({ conversation: route.conversation });
  if (route.details) add({ details: true });
  return layers;
}

/** How the browser's history follows. */
export type Step = { kind: "none" } | { kind: "push" } | { kind: "replace" } | { kind: "back"; by: number };

/**
 * From the entry of `address`, before which `made` entries are the app's own, to what is open now. After "back" one
 * asks again.
 */
export function stepTo(made: number, address: string, wanted: Route): Step {
  const depth = layersOf(wanted).length;
  if (made > depth) return { kind: "back", by: made - depth };
  if (addressOf(wanted) === address) return { kind: "none" };
  return { kind: depth > made ? "push" : "replace" };
}
