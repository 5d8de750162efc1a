// SPDX-License-Identifier: AGPL-3.0-or-later

import { spoken } from "../view-models/say";
import { timeZone } from "../view-models/time_zone";
import { useViewModel } from "./use_view_model";

/** The component renders again in another language or time zone: for the whole page, and for what is memoised in it. */
export function useLocale(): void {
  useViewModel(spoken);
  useViewModel(timeZone);
}
