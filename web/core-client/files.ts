// SPDX-License-Identifier: AGPL-3.0-or-later

// The files of one profile, as the module asks for them (core_wasm/host_imports.h): synchronous, opened beforehand.

/**
 * The names SQLite uses for a database `kith.db` with a write-ahead log, and those the core uses to rebuild a damaged
 * one (core/store/rebuild.h).
 */
export const FILE_NAMES = ["kith.db", "kith.db-journal", "kith.db-wal", "kith.db.damaged", "kith.db.rebuilt"] as const;

export const FILE_FAILED = -1;
export const FILE_FULL = -2;

/**
 * Numbers and results are those of host_imports.h: no method throws.
 *
 * Bytes passed are views of the module's memory: valid during the call only.
 */
export interface ProfileFiles {
  /** The number of the file, or FILE_FAILED when there is none of that name. */
  open(name: string): number;
  /** Fills the target from the offset: the number of bytes, fewer at the end of the file, or FILE_FAILED. */
  read(file: number, target: Uint8Array, offset: number): number;
  /** 0 when all is written; FILE_FULL when the quota is used up; else FILE_FAILED. */
  write(file: number, source: Uint8Array, offset: number): number;
  truncate(file: number, size: number): number;
  /** 0 when everything written is durable. */
  sync(file: number): number;
  size(file: number): number;
  close(): void;
}
