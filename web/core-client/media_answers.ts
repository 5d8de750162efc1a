// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core's messages of sealed files, and what reads and seals those.
import { create } from "@bufbuild/protobuf";

import type { OpenedFile } from "./file_reading";
import {
  SealedFileSchema,
  type OpenMediaResponse,
  type OpenPhotoResponse,
  type SealedFile,
} from "./generated/client_api/client_api_pb";
import { MediaFailure } from "./media";
import type { FileIdentity } from "./media_module";

export function sealedFileOf({ fileId, key, size, digest }: FileIdentity): SealedFile {
  return create(SealedFileSchema, { fileId, key, size: BigInt(size), digest });
}

export function openedOf(answer: OpenMediaResponse | OpenPhotoResponse): OpenedFile {
  const { file, sealed } = answer;
  if (sealed === undefined) throw new MediaFailure("failed", "an answer without a file");
  const opened = { file, key: sealed.key, size: Number(sealed.size) };
  if (!("url" in answer) || answer.url === "") return opened;
  return { ...opened, from: { url: answer.url, bearer: answer.bearer } };
}
