// SPDX-License-Identifier: AGPL-3.0-or-later

// A conversation as a file, from its first message to its last: as lines for people, or as JSON, whose members are
// called as those of `kith history --json` (docs/cli.md). Files of messages are named, and not in it. Fetched when
// somebody wants one.
import { isNotice } from "./content_kinds";
import { MediaKind, mediaOf, textOf, titleOf, type Conversation, type Core, type Message } from "./core";
import { savedName } from "./file_name";
import { nameOf } from "./group_text";
import { previewText } from "./preview_text";
import { say } from "./say";
import { dateAndTimeText, millis } from "./time_text";

export type ExportFormat = "text" | "json";

/** As many as the core gives at once. */
const PAGE = 500;

/** `told`: how many messages have been read so far. Rejects with a CoreFailure; with an AbortError when it is over. */
export async function exported(
  core: Core,
  conversation: Conversation,
  format: ExportFormat,
  { self, told, signal }: { self: string; told: (messages: number) => void; signal: AbortSignal },
): Promise<Blob> {
  const pages: string[][] = [];
  const line = (message: Message) => (format === "json" ? jsonOf(message) : linesOf(message, self));
  let [count, before]: [number, Message | undefined] = [0, undefined];
  for (let more = true; more;) {
    const from: { beforeOrderUs?: bigint; beforeId?: string } =
      before === undefined ? {} : { beforeOrderUs: before.orderUs, beforeId: before.id };
    const page = await core.call("listMessages", { conversation: conversation.id, limit: PAGE, ...from });
    signal.throwIfAborted();
    pages.push(page.messages.map(line));
    before = page.messages[0];
    more = page.more && before !== undefined;
    told((count += page.messages.length));
  }
  const lines = pages.reverse().flat();
  if (format === "text") return new Blob([`${lines.join("\n")}\n`], { type: "text/plain;charset=utf-8" });
  const head = JSON.stringify({ title: titleOf(conversation), exported_at: new Date().toISOString() }).slice(0, -1);
  return new Blob([`${head},"messages":[\n${lines.join(",\n")}\n]}\n`], { type: "application/json" });
}

/** "Kitchen - 2026-11-30.txt" */
export function exportName(conversation: Conversation, format: ExportFormat): string {
  const title = titleOf(conversation)
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, " ")
    .trim();
  return `${title} - ${new Date().toISOString().slice(0, 10)}.${format === "text" ? "txt" : "json"}`;
}

/** Lines after the first are indented, so that a line that begins with a bracket is a message. */
function linesOf(message: Message, self: string): string {
  const at = `[${dateAndTimeText(millis(message.orderUs))}]`;
  if (isNotice(message) || message.body.case === "deleted") return `${at} ${previewText(message, self)}`;
  const text = textOf(message);
  const media = mediaOf(message);
  const file = media === undefined ? [] : [`<${savedName(media, millis(message.sentAtUs))}>`];
  const marks = [
    ...(message.forwards > 0 ? [`(${say("messageRow.forwarded")})`] : []),
    ...file,
    ...(text === "" ? [] : [text.replaceAll("\n", "\n  ")]),
    ...(message.editedUs === 0n ? [] : [`(${say("messageRow.edited")})`]),
  ];
  const author = message.outgoing ? say("common.you") : nameOf(message.sender);
  return `${at} ${author}: ${marks.join(" ") || previewText(message, self)}`;
}

const timeOf = (us: bigint): string => new Date(millis(us)).toISOString();

const TYPES: Partial<Record<NonNullable<Message["body"]["case"]>, string>> = {
  text: "message",
  media: "message",
  groupEvent: "group_event",
  identityChanged: "identity_changed",
  handleMoved: "handle_moved",
  undecryptable: "undecryptable",
  unsupported: "unsupported",
  deleted: "deleted",
};

function jsonOf(message: Message): string {
  const media = mediaOf(message);
  const { sender, quote, reactions, body } = message;
  return JSON.stringify({
    type: TYPES[body.case ?? "unsupported"] ?? "unsupported",
    id: message.id,
    from: sender?.handles[0]?.text ?? "",
    from_account: sender?.accountId ?? "",
    from_name: nameOf(sender),
    text: textOf(message),
    sent_at: timeOf(message.sentAtUs),
    ...(media && {
      attachment: {
        kind: (MediaKind[media.kind] ?? "").replace(/^k/, "").toLowerCase(),
        name: media.name,
        mime_type: media.mimeType,
        size: Number(media.size),
      },
    }),
    ...(quote && { quote: { message_id: quote.messageId, author: quote.author?.accountId, excerpt: quote.excerpt } }),
    ...(message.forwards > 0 && { forwards: message.forwards }),
    ...(message.editedUs !== 0n && { edited_at: timeOf(message.editedUs) }),
    ...(message.starred && { starred: true }),
    ...(body.case === "deleted" && { deleted_by: body.value.by?.accountId }),
    ...(reactions && { reactions: reactions.emojis.map(({ emoji, count }) => ({ emoji, count })) }),
    outgoing: message.outgoing,
  });
}
