// SPDX-License-Identifier: AGPL-3.0-or-later

// What is open, as a value: the address of the page is its image, and the back button closes one layer of it at a time.
//
//   #/                          the conversations
//   #/new-chat                  somebody new, in the place of the list
//   #/new-group                 a new group, from there
//   #/join                      the way into a group by its link, which the address does not have
//   #/share/NAME                whom what another program shared is for, in the place of the list
//   #/archived                  the conversations that are archived
//   #/settings/privacy          a page of the settings
//   #/c/ID  #/c/ID/details      a conversation, and who the partner is, or what the group
//   #/c/ID/details/link         a page of the group's
//   #/c/ID/view/MESSAGE         a picture of it, alone
//   #/settings/c/ID             both, beside each other on a wide screen

/** Every place at the left, by its path in the address, and where back leads from it. */
const BACK = {
  "": "",
  "new-chat": "",
  "new-group": "new-chat",
  join: "new-chat",
  share: "",
  archived: "",
  settings: "",
  "settings/profile": "settings",
  "settings/devices": "settings",
  "settings/link": "settings/devices",
  "settings/privacy": "settings",
  "settings/security": "settings",
  "settings/notifications": "settings",
  "settings/appearance": "settings",
  "settings/starred": "settings",
  "settings/storage": "settings",
  "settings/language": "settings",
  "settings/device": "settings",
  "settings/about": "settings",
} as const;
type Path = keyof typeof BACK;

type PanelOf<Of extends string> = Of extends "" ? "list" : Of extends `${string}/${string}` ? never : Of;
type SectionOf<Of extends string> = Of extends `settings/${infer Section}` ? Section : never;
/** What takes the place of the list at the left. */
export type LeftPanel = PanelOf<Path>;
export type SettingsSection = SectionOf<Path>;

export interface Place {
  panel: LeftPanel;
  /** A page of the settings; "" for their topics, and in other panels. */
  section: SettingsSection | "";
}

/** What the details of every conversation have pages of. */
export const SHARED_TOPICS = ["media", "starred", "wallpaper"] as const;
export type SharedTopic = (typeof SHARED_TOPICS)[number];
/** "" of another one. */
export const sharedTopic = (topic: string): SharedTopic | "" => SHARED_TOPICS.find((each) => each === topic) ?? "";
/** Those of a group. */
export const GROUP_TOPICS = ["add", "link", "permissions", "requests", ...SHARED_TOPICS] as const;
export type GroupTopic = (typeof GROUP_TOPICS)[number];

export interface Route extends Place {
  /** In the place "share": under which name it is kept; "" for what did not come through. */
  shared: string;
  /** The id of the open conversation; "" for none. */
  conversation: string;
  details: boolean;
  /** A page of the details; "" for the first one. */
  topic: GroupTopic | "";
  /** The id of the message whose picture is shown alone; "" for none. */
  viewing: string;
}

export const HOME: Route = {
  panel: "list",
  section: "",
  shared: "",
  conversation: "",
  details: false,
  topic: "",
  viewing: "",
};

const pathOf = ({ panel, section }: Place): Path =>
  panel === "list" ? "" : section === "" ? panel : `settings/${section}`;

function placeAt(path: Path): Place {
  const [panel, section = ""] = path.split("/") as [PanelOf<Path> | "", SettingsSection?];
  return { panel: panel === "" ? "list" : panel, section };
}

const isPath = (path: string): path is Path => Object.hasOwn(BACK, path);

export const SETTINGS_SECTIONS = Object.keys(BACK).flatMap((path) => (isPath(path) ? placeAt(path).section || [] : []));

/** Where back leads from a place at the left; the list has none before it. */
export const parentOf = (place: Place): Place => placeAt(BACK[pathOf(place)]);

/** The places through which one gets to this one, the outermost first and it the last: none for the list. */
export function wayTo(place: Place): Place[] {
  return place.panel === "list" ? [] : [...wayTo(parentOf(place)), { panel: place.panel, section: place.section }];
}

/** Without what is open innermost; where both are, what is at the left goes before the conversation beside it. */
export function backFrom(route: Route): Route {
  if (route.viewing !== "") return { ...route, viewing: "" };
  if (route.topic !== "") return { ...route, topic: "" };
  if (route.details) return { ...route, details: false };
  if (route.panel !== "list") return { ...route, ...parentOf(route), shared: "" };
  return { ...route, conversation: "" };
}

const LEFT = "(?:/(?:share/([0-9a-f]{32})|(?!c/)([a-z-]+(?:/(?!c/)[a-z]+)?)))?";
const DETAILS = "(?:(/details)(?:/(?!view/)([a-z]+))?)?";
const VIEW = "(?:/view/([0-9a-f]{32}))?";
const ADDRESS = new RegExp(`^#${LEFT}(?:/c/([0-9a-f]{32})${DETAILS}${VIEW})?$`);

/** The hash of the address; "" for HOME, so that the address people see first is a plain one. */
export function addressOf(route: Route): string {
  const { shared, conversation, details, topic, viewing } = route;
  const path = pathOf(route);
  const view = viewing === "" ? [] : ["view", viewing];
  const parts = [
    ...(path === "" ? [] : [path]),
    ...(shared === "" ? [] : [shared]),
    ...(conversation === ""
      ? []
      : ["c", conversation, ...(details ? ["details"] : []), ...(topic === "" ? [] : [topic]), ...view]),
  ];
  return parts.length === 0 ? "" : `#/${parts.join("/")}`;
}

/** Whatever an address says; what it can't be is left out, a page that is not there leads to its panel. */
export function routeOf(hash: string): Route {
  const [, shared = "", left = "", conversation = "", details, page, viewing = ""] = ADDRESS.exec(hash) ?? [];
  const path = shared === "" ? left : "share";
  const place = [path, path.split("/")[0] ?? ""].find(isPath) ?? "";
  const topic = GROUP_TOPICS.find((each) => each === page) ?? "";
  return { ...placeAt(place), shared, conversation, details: details !== undefined, topic, viewing };
}

/** The layers that are open, the outermost first: each is one step of the back button. */
export function layersOf(route: Route): Route[] {
  const layers: Route[] = wayTo(route).map((place) => ({ ...HOME, ...place, shared: route.shared }));
  const add = (change: Partial<Route>) => layers.push({ ...(layers.at(-1) ?? HOME), ...change });
  if (route.conversation !== "") add({ conversation: route.conversation });
  if (route.details) add({ details: true });
  if (route.topic !== "") add({ topic: route.topic });
  if (route.viewing !== "") add({ viewing: route.viewing });
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
