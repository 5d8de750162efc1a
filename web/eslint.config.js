// SPDX-License-Identifier: AGPL-3.0-or-later

// What the types can't say: the rules of hooks, and what TypeScript's own linter recommends.
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import typescript from "typescript-eslint";

export default defineConfig([
  globalIgnores([
    "dist",
    "node_modules",
    "core-client/generated",
    "media/generated",
    "ui/generated",
    "tests/bench/*.js",
  ]),
  {
    files: ["**/*.{ts,tsx}"],
    extends: [typescript.configs.recommended, reactHooks.configs.flat.recommended],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "react-hooks/exhaustive-deps": "error",
      "prefer-const": ["error", { ignoreReadBeforeAssign: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["{ui,app}/**/*.tsx"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...["Literal[value=/\\w/]", "TemplateElement[value.raw=/\\w/]"].map((words) => ({
          selector: `JSXAttribute[name.name=/lassName$/] ${words}`,
          message: "A class is one of a CSS module's: of those the compiler knows which there are.",
        })),
      ],
    },
  },
  {
    // Rows of markup count, too. A test's groups may be longer, its files not.
    files: ["**/*.{ts,tsx}"],
    rules: { "max-lines": ["error", { max: 500 }] },
  },
  {
    files: ["{core-client,view-models,media,ui,app}/**/*.{ts,tsx}"],
    ignores: ["**/*.test.{ts,tsx}"],
    rules: { "max-lines-per-function": ["error", { max: 70, skipComments: true }] },
  },
]);
