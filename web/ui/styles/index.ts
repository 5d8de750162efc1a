// SPDX-License-Identifier: AGPL-3.0-or-later

import "@fontsource-variable/inter/opsz.css";
import "./tokens.css";
import "./base.css";
import "./parts.css";
