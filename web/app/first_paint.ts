// SPDX-License-Identifier: AGPL-3.0-or-later

// Runs in the head of the page, before anything is painted (vite.config.ts): a page that is to be dark is never light
// first.
import { appearanceOf, wornAs } from "../view-models/appearance";
import { pageAppearance, wear } from "./page_appearance";
import { FIRST_PROFILE, givenProfile } from "./profile";

const kept = pageAppearance(givenProfile(location) || FIRST_PROFILE);
wear(wornAs(appearanceOf(kept.load()), kept.device()));
