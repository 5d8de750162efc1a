// SPDX-License-Identifier: AGPL-3.0-or-later

// What view-models need of the client core, and the names they use for its types.
import {
  Failure_Code,
  Message_Tick,
  type Conversation,
  type Direct,
  type Event,
  type Group,
  type Media,
  type Message,
  type MethodName,
  type MethodParams,
  type MethodResult,
  type Text,
} from "../core-client/schema";
import { handleOf } from "./handle";
import { formatPhone } from "./phone";
import { say } from "./say";

export {
  DeviceNotice_Kind as DeviceNoticeKind,
  Failure_Code as FailureCode,
  FailureReason,
  FetchLinkRequest_What,
  Group_Role as Role,
  GroupEvent_Kind as GroupEventKind,
  HistoryScope,
  Linking_Stage as LinkingStage,
  Media_Kind as MediaKind,
  Media_State as MediaState,
  Message_Tick as Tick,
  Presence_Kind as PresenceKind,
  Settings_Scope as Scope,
  State_Connection as Connection,
} from "../core-client/schema";
export {
  ABOUT_CHARACTERS_MAX,
  CAPTION_BYTES_MAX,
  DELETE_SECONDS,
  DEVICE_NAME_BYTES_MAX,
  EDIT_SECONDS,
  FILE_BYTES_MAX,
  FILE_NAME_BYTES_MAX,
  FORWARD_CONVERSATIONS_MAX,
  FORWARDS_FAR,
  GROUP_MEMBERS_MAX,
  HANDLE_BYTES_MAX,
  IDLE_DEVICE_DAYS,
  LIST_NAME_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  PIN_CHARACTERS_MAX,
  PIN_CHARACTERS_MIN,
  PIXELS_MAX,
  PREVIEW_DESCRIPTION_BYTES_MAX,
  PREVIEW_TITLE_BYTES_MAX,
  TEXT_BYTES_MAX,
  THUMBNAIL_BYTES_MAX,
  WAVEFORM_BARS,
} from "../core-client/generated/limits";
export { madeOnce } from "../core-client/made_once";
export { randomId } from "../core-client/schema";
export type {
  AutoFetch,
  Contact,
  Conversation,
  Device,
  DeviceNotice,
  Direct,
  Event,
  Group,
  GroupEvent,
  GroupLink,
  GroupPermissions,
  GroupPreview,
  GroupProgress,
  Handle,
  Linking,
  LinkPreview,
  List,
  ListMembersResponse_Member as Member,
  ListStorageResponse,
  ListStorageResponse_Use as StorageUse,
  Media,
  MediaLimits,
  MediaProgress,
  Message,
  MethodName,
  MethodParams,
  MethodResult,
  Person,
  Presence,
  Profile,
  Quote,
  QuotedInGroup,
  Reaction,
  Receipt,
  SafetyNumber,
  SealedFile,
  SearchExcerpt,
  Settings,
  State,
  Text,
  PresenceChanged,
  TypingChanged,
  Version,
} from "../core-client/schema";

/** The client core as its clients offer it. */
export interface Core {
  /** Rejects with a CoreFailure. */
  call<Name extends MethodName>(name: Name, params?: MethodParams<Name>): Promise<MethodResult<Name>>;
  /** Calls the listener with the events, in order, as many at a time as came together; the answer ends that. */
  onEvents(listener: (events: readonly Event[]) => void): () => void;
  /** Looks for the server at once, when there is no connection: it does not wait for the next try. */
  tryNow(): void;
}

/** What is known of the partner; undefined unless the conversation is with one other. */
export const directOf = ({ peer }: Conversation): Direct | undefined =>
  peer.case === "direct" ? peer.value : undefined;

/** What is known of the group; undefined unless the conversation is with one. */
export const groupOf = ({ peer }: Conversation): Group | undefined => (peer.case === "group" ? peer.value : undefined);

/** What its picture's colour goes by: the same as in the list of contacts. */
export const avatarIdOf = (conversation: Conversation): string =>
  directOf(conversation)?.partner?.accountId ?? conversation.id;

/** The partner's handle to show; "" when none is known or there is no partner. */
export const partnerHandle = (conversation: Conversation): string => handleOf(directOf(conversation)?.partner);

/**
 * What a conversation is called; one with somebody whose name is not known by the handle, a number in groups of digits;
 * a group whose name has not come yet just that.
 */
export function titleOf({ peer, title }: Conversation): string {
  if (peer.case === "self") return say("core.noteToSelf");
  if (peer.case === "group") return title === "" ? say("core.group") : title;
  return formatPhone(title);
}

/** The file that a message has. */
export const mediaOf = ({ body }: Message): Media | undefined => (body.case === "media" ? body.value : undefined);

/** Somebody has written or sent it, and it is still there. */
export const isSaid = ({ body, tick }: Message): boolean =>
  (body.case === "text" || body.case === "media") && tick !== Message_Tick.kFailed;

/** It stands at the top of its conversation, if it is one of the last that do. */
export const isPinned = ({ pin }: Message): boolean => pin !== undefined && pin.untilUs > BigInt(Date.now()) * 1000n;

/** What is written in a message, or under its file. */
export const writtenOf = ({ body }: Message): Text | undefined =>
  body.case === "text" ? body.value : body.case === "media" ? body.value.caption : undefined;

/** The text of a message, or that under its file; "" when there is none. */
export const textOf = (message: Message): string => writtenOf(message)?.text ?? "";

export interface FailureLike {
  code: Failure_Code;
  detail: string;
  retryAfterMs: number;
}

/** What a call was rejected with; other errors get the code kUnspecified. */
export function failureOf(error: unknown): FailureLike {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "number") {
    const { code, detail, retryAfterMs } = error as { code: number; detail?: unknown; retryAfterMs?: unknown };
    return {
      code,
      detail: typeof detail === "string" ? detail : "",
      retryAfterMs: typeof retryAfterMs === "number" ? retryAfterMs : 0,
    };
  }
  return {
    code: Failure_Code.kUnspecified,
    detail: error instanceof Error ? error.message : String(error),
    retryAfterMs: 0,
  };
}

export const hasCode = (error: unknown, ...codes: Failure_Code[]): boolean => codes.includes(failureOf(error).code);
