// SPDX-License-Identifier: AGPL-3.0-or-later
import { createContext } from "react";

/** The account of this device, who is "you" in groups; "" while it is not known. */
export const OwnAccount = createContext("");
