// SPDX-License-Identifier: AGPL-3.0-or-later

// Before every test file: a test renders a part without fetching it, so its words are here from the start.
import { learn } from "../say";
import texts from "../texts/en.parts.json";

learn(texts);
