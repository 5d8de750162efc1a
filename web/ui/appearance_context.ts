// SPDX-License-Identifier: AGPL-3.0-or-later

import { createContext, useContext } from "react";

import { AppearanceViewModel, type AppearanceSnapshot } from "../view-models/appearance";
import { useViewModel } from "./use_view_model";

/** How the app looks, and what Enter does; as usual where nobody says. */
export const AppearanceContext = createContext(new AppearanceViewModel());

export const useAppearance = (): AppearanceSnapshot => useViewModel(useContext(AppearanceContext));
