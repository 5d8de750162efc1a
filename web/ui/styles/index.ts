// SPDX-License-Identifier: AGPL-3.0-or-later

// What is global: the tokens, and how elements look. All else is in the module beside its component.
import "@fontsource-variable/inter/opsz.css";
import "./tokens.css";
import "./accents.css";
import "./reset.css";
