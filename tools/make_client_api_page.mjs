// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes docs/client-api.md of proto/client_api/client_api.proto, for those who write programs against `kith rpc`: every
// method with what goes in and comes out, every event, every type.
//   node tools/make_client_api_page.mjs           writes it
//   node tools/make_client_api_page.mjs --check   fails when it is not what the schema says
// Needs protoc and web/node_modules.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const resolve = createRequire(join(root, "web/package.json")).resolve;
const { fromBinary, createFileRegistry } = await import(pathToFileURL(resolve("@bufbuild/protobuf")));
const { FileDescriptorSetSchema } = await import(pathToFileURL(resolve("@bufbuild/protobuf/wkt")));

const PACKAGE = "kith.client_api";
const FILE = "client_api/client_api";
const PAGE = join(root, "docs/client-api.md");

/**
 * The schema with each comment behind a field on one line: protoc takes the lines below it, in the same column, for a
 * comment of what follows.
 */
function withWholeComments(schema) {
  const lines = [];
  let column = -1; // of the comment that the next line may go on with
  for (const line of schema.split("\n")) {
    const at = line.indexOf("//");
    const alone = at >= 0 && line.slice(0, at).trim() === "";
    if (alone && at === column) {
      lines[lines.length - 1] += ` ${line.slice(at + 2).trim()}`;
      continue;
    }
    column = alone ? -1 : at;
    lines.push(line);
  }
  return lines.join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "kith-api-"));
const descriptors = join(folder, "set");
const whole = join(folder, `${FILE}.proto`);
mkdirSync(dirname(whole));
writeFileSync(whole, withWholeComments(readFileSync(join(root, `proto/${FILE}.proto`), "utf8")));
const read = ["-I", folder, "-I", "proto", "--include_source_info", `--descriptor_set_out=${descriptors}`, whole];
execFileSync("protoc", read, {
  cwd: root,
});
const set = fromBinary(FileDescriptorSetSchema, readFileSync(descriptors));
rmSync(folder, { recursive: true });
const source = set.file.find((file) => file.name === `${FILE}.proto`);
const file = createFileRegistry(set).getFile(`${FILE}.proto`);

/** Comments by the path of what they belong to (descriptor.proto, SourceCodeInfo). */
const comments = new Map(
  source.sourceCodeInfo.location.map((location) => [
    location.path.join("."),
    // A line of dashes heads a section of the schema; it belongs to nothing.
    [location.leadingComments, location.trailingComments]
      .map((text) =>
        text
          .replace(/^ *-{5,}.*$/gm, "")
          .replace(/\s+/g, " ")
          .trim(),
      )
      .filter((text) => text !== "")
      .join(" "),
  ]),
);
const escaped = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const messagePath = (message) =>
  message.parent === undefined
    ? `4.${source.messageType.findIndex((each) => each.name === message.name)}`
    : `${messagePath(message.parent)}.3.${message.parent.nestedMessages.indexOf(message)}`;
const enumPath = (type) =>
  type.parent === undefined
    ? `5.${source.enumType.findIndex((each) => each.name === type.name)}`
    : `${messagePath(type.parent)}.4.${type.parent.nestedEnums.indexOf(type)}`;
const commentOf = (path) => escaped(comments.get(path) ?? "");

const shortName = (type) => type.typeName.slice(PACKAGE.length + 1);
const link = (type) => `[${shortName(type)}](#${shortName(type).toLowerCase().replaceAll(".", "")})`;
const SCALARS = {
  1: "double",
  3: "int64",
  4: "uint64",
  5: "int32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "uint32",
  17: "sint32",
};

function typeOf(field) {
  const type = field.message ?? field.enum;
  const one = type !== undefined ? link(type) : SCALARS[field.scalar];
  if (one === undefined) throw new Error(`${field}: a type this page has no word for`);
  return field.fieldKind === "list" ? `${one}, any number` : field.proto.proto3Optional ? `${one}, may be absent` : one;
}

function fieldTable(message) {
  if (message.fields.length === 0) return "No fields.\n";
  const rows = message.fields.map((field, index) => {
    const group = field.oneof !== undefined && !field.proto.proto3Optional ? ` (one of \`${field.oneof.name}\`)` : "";
    return `| \`${field.name}\` | ${typeOf(field)}${group} | ${commentOf(`${messagePath(message)}.2.${index}`)} |`;
  });
  return ["| field | type | |", "|---|---|---|", ...rows, ""].join("\n");
}

function enumTable(type) {
  const about = (index) => commentOf(`${enumPath(type)}.2.${index}`);
  const rows = type.values.map((value, index) => `| \`${value.name}\` | ${about(index)} |`);
  return ["| value | |", "|---|---|", ...rows, ""].join("\n");
}

const named = (name) => file.messages.find((message) => message.name === name);
const request = named("Request");
const response = named("Response");
const event = named("Event");
const methods = request.fields.filter((field) => field.oneof !== undefined);
const shown = new Set([request, response, event, ...methods.map((method) => method.message)]);

const lines = [
  "# The client API",
  "",
  "Made of [client_api.proto](../proto/client_api/client_api.proto) by `tools/make_client_api_page.mjs`; " +
    "do not edit. [rpc.md](rpc.md) says how",
  "a program speaks it: a method's params and result, and a notification's params, are the JSON mapping of what " +
    "stands here.",
  "",
  "## Methods",
  "",
];
for (const method of methods) {
  const result = response.fields.find((field) => field.name === method.name);
  const about = commentOf(messagePath(method.message));
  lines.push(`### ${method.name}`, "", ...(about === "" ? [] : [about, ""]), fieldTable(method.message));
  if (result === undefined) throw new Error(`${method.name}: no result of that name`);
  lines.push(`Result: ${link(result.message)}`, "");
}
lines.push("## Events", "", "| event | is | |", "|---|---|---|");
event.fields.forEach((field, index) => {
  if (field.oneof === undefined) return;
  lines.push(`| \`${field.name}\` | ${link(field.message)} | ${commentOf(`${messagePath(event)}.2.${index}`)} |`);
});
lines.push("", "## Types", "");
const typesOf = (message) => [message, ...message.nestedEnums, ...message.nestedMessages.flatMap(typesOf)];
for (const type of [...file.messages.flatMap(typesOf), ...file.enums]) {
  if (shown.has(type)) continue;
  const isEnum = type.kind === "enum";
  const about = commentOf(isEnum ? enumPath(type) : messagePath(type));
  const table = isEnum ? enumTable(type) : fieldTable(type);
  lines.push(`### ${shortName(type)}`, "", ...(about === "" ? [] : [about, ""]), table);
}
const page = `${lines.join("\n").trimEnd()}\n`;

if (process.argv.includes("--check")) {
  if (readFileSync(PAGE, "utf8") !== page) {
    console.error("docs/client-api.md is not what the schema says: node tools/make_client_api_page.mjs");
    process.exit(1);
  }
  console.log(`docs/client-api.md: ${methods.length} methods, as the schema has them`);
} else {
  writeFileSync(PAGE, page);
}
