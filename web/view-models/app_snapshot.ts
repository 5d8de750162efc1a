// SPDX-License-Identifier: AGPL-3.0-or-later

// What the app shows, as a value, and what it is made with.
import type { AppearanceViewModel } from "./appearance";
import type { Attention } from "./attention";
import type { ContactPanelViewModel } from "./contact_panel";
import type { ConversationViewModel } from "./conversation";
import { Connection, type State } from "./core";
import type { LinkingPort } from "./devices";
import type { GroupInfoViewModel } from "./group_info";
import type { LinkThisViewModel } from "./link_this";
import type { MediaPort } from "./media_port";
import type { MediaTools } from "./media_tools";
import type { NotificationPort } from "./notifications";
import { hasName, type AskedCodePort, type RegistrationViewModel } from "./registration";
import type { GroupTopic, LeftPanel, SettingsSection } from "./route";
import type { SharedPort } from "./share";

export interface AppSnapshot {
  /** "stray": the page was opened with the link of a device that another one, with an account, is to let in.
   * "unshared": something was shared with it, where there is no account that could send it. */
  phase: "starting" | "registration" | "linking" | "stray" | "unshared" | "chats" | "ended" | "broken";
  state: State | undefined;
  /** With phase "ended": what the server said last. While it is asked again the state doesn't have that. */
  refusal: Connection;
  registration: RegistrationViewModel | undefined;
  linking: LinkThisViewModel | undefined;
  open: ConversationViewModel | undefined;
  contactPanel: ContactPanelViewModel | undefined;
  /** In its place, of a conversation with a group; and which page of it. */
  groupInfo: GroupInfoViewModel | undefined;
  /** In its place, of what one writes to oneself. */
  noteInfo: boolean;
  topic: GroupTopic | "";
  /** The id of the message of the open conversation whose picture is shown alone; "" for none. */
  viewing: string;
  /** What is done with files; undefined until something is. */
  tools: MediaTools | undefined;
  leftPanel: LeftPanel;
  section: SettingsSection | "";
  /** In the panel "share": the name of what was shared. */
  shared: string;
  /** What the address asked for has been opened: from now on the address follows. */
  entered: boolean;
  /** With phase "broken": why. */
  failure: string;
  /** A short word on something that was done, or did not work, until it is taken away. */
  notice: string;
  /** Takes back what the notice is about. */
  undo: (() => void) | undefined;
}

export interface AppOptions {
  server: string;
  deviceName: string;
  attention: Attention;
  notifications: NotificationPort;
  /** What of it is about conversations goes with the account. */
  appearance?: Pick<AppearanceViewModel, "forgetConversations">;
  /** Rejects when its code can't be fetched. */
  media?: () => Promise<MediaPort>;
  asked?: AskedCodePort;
  kept?: LinkingPort;
  /** What other programs share with this one. Rejects when its code can't be fetched. */
  shared?: () => Promise<SharedPort>;
  /** The link to a group that the page was opened with; "" for none. */
  groupLink?: string;
}

/** Who can't send what was shared has no use for it. */
export const forgetShared = ({ shared }: AppOptions): void =>
  void shared?.()
    .then((port) => port.dropAll())
    .catch(() => undefined);

const REFUSED = new Set([
  Connection.kEnded,
  Connection.kUnknownDevice,
  Connection.kOtherServer,
  Connection.kIdentityConflict,
]);
/**
 * The server doesn't take this device for what it is: it has ended or lost it, is another server, or another identity
 * has its number.
 */
export const isRefused = ({ connection }: State): boolean => REFUSED.has(connection);
export const isConnected = ({ connection }: State): boolean =>
  connection === Connection.kOnline || connection === Connection.kCatchingUp;

export const NOTHING_OPEN: AppSnapshot = {
  phase: "starting",
  state: undefined,
  refusal: Connection.kEnded,
  registration: undefined,
  linking: undefined,
  open: undefined,
  contactPanel: undefined,
  groupInfo: undefined,
  noteInfo: false,
  topic: "",
  viewing: "",
  tools: undefined,
  leftPanel: "list",
  section: "",
  shared: "",
  entered: false,
  failure: "",
  notice: "",
  undo: undefined,
};

export const hasDetails = ({ contactPanel, groupInfo, noteInfo }: AppSnapshot): boolean =>
  contactPanel !== undefined || groupInfo !== undefined || noteInfo;

/**
 * Whether the page that is shown until this device is registered is done with this state: here, in another tab of the
 * profile, or because the server knows it again. `takingBack`: it is registered as it was when the registration began,
 * and done once the server takes it.
 */
export function isDone({ phase, registration }: AppSnapshot, state: State, takingBack: boolean): boolean {
  if (!state.registered) return false;
  const isTaken = !takingBack || isConnected(state);
  switch (phase) {
    case "ended":
      return isConnected(state);
    case "linking":
      return isTaken;
    case "unshared":
      return hasName(state);
    case "registration":
      return hasName(state) && isTaken && registration?.snapshot().busy === false;
    default:
      return false;
  }
}
