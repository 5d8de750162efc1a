// SPDX-License-Identifier: AGPL-3.0-or-later

export const FIRST_PROFILE = "main";

/** As the address has it; "" for the first one. */
export const givenProfile = ({ search }: Pick<Location, "search">): string =>
  new URLSearchParams(search).get("profile") ?? "";
