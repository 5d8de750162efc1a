// SPDX-License-Identifier: AGPL-3.0-or-later

// How the app looks in this browser, and what Enter does in it.
import { useContext, type ReactNode } from "react";

import {
  ACCENTS,
  TEXT_SIZES,
  THEMES,
  type Accent,
  type TextSize,
  type Theme,
  type Worn,
} from "../view-models/appearance";
import { say, type TextId } from "../view-models/say";
import { AppearanceContext, useAppearance } from "./appearance_context";
import { ChoiceTiles } from "./choice_tiles";
import { Switch } from "./switch";
import { TwoBubbles } from "./two_bubbles";
import { wallpaperTiles } from "./wallpaper_tiles";
import styles from "./settings_appearance.module.css";
import buttons from "./parts/button.module.css";
import groups from "./parts/group.module.css";

const THEME_NAMES: Record<Theme, TextId> = {
  system: "appearance.system",
  light: "appearance.light",
  dark: "appearance.dark",
  contrast: "appearance.contrast",
};
const ACCENT_NAMES: Record<Accent, TextId> = {
  plum: "appearance.plum",
  violet: "appearance.violet",
  blue: "appearance.blue",
  teal: "appearance.teal",
  graphite: "appearance.graphite",
};
const SIZE_NAMES: Record<TextSize, TextId> = {
  small: "appearance.small",
  standard: "appearance.standard",
  large: "appearance.large",
  larger: "appearance.larger",
};

export function AppearancePage() {
  const model = useContext(AppearanceContext);
  const { theme, accent, textSize, wallpaper, worn, entersSend } = useAppearance();
  return (
    <>
      <ChoiceTiles
        id="theme"
        legend={say("appearance.theme")}
        hint={say("appearance.themeHint")}
        tiles={THEMES.map((each) => ({
          value: each,
          label: say(THEME_NAMES[each]),
          picture: <ThemePicture theme={each} worn={worn} />,
        }))}
        value={theme}
        onChoose={model.setTheme}
      />
      <ChoiceTiles
        id="accent"
        legend={say("appearance.accent")}
        tiles={ACCENTS.map((each) => ({
          value: each,
          label: say(ACCENT_NAMES[each]),
          picture: (
            <Wearing {...worn} accent={each}>
              <i className={styles.accent} />
            </Wearing>
          ),
        }))}
        value={accent}
        onChoose={model.setAccent}
      />
      <TextSizes value={textSize} onChange={model.setTextSize} />
      <ChoiceTiles
        id="wallpaper"
        legend={say("wallpaper.ofAll")}
        hint={say("wallpaper.ofAllHint")}
        tiles={wallpaperTiles()}
        value={wallpaper}
        onChoose={model.setWallpaper}
      />
      <section className={groups.group}>
        <h3>{say("appearance.writing")}</h3>
        <Switch
          id="enter-sends"
          label={say("appearance.enterSends")}
          hint={say(entersSend ? "appearance.enterSendsHint" : "appearance.enterBreaksHint")}
          on={entersSend}
          onChange={model.setEnterSends}
        />
      </section>
      <section className={groups.group}>
        <p className={groups.explain}>{say("appearance.resetHint")}</p>
        <button
          id="reset-appearance"
          type="button"
          className={buttons.button}
          aria-disabled={model.isUsual}
          onClick={model.reset}
        >
          {say("appearance.reset")}
        </button>
      </section>
    </>
  );
}

/** Shows what is in it as the page would look that wears this. */
function Wearing({ dark, contrast, accent, children }: Omit<Worn, "textSize"> & { children: ReactNode }) {
  return (
    <span
      className={styles.wearing}
      data-theme={dark ? "dark" : "light"}
      data-contrast={contrast ? "more" : undefined}
      data-accent={accent}
    >
      {children}
    </span>
  );
}

/** Two bubbles; of the theme that follows the device a light half and a dark one. */
function ThemePicture({ theme, worn }: { theme: Theme; worn: Worn }) {
  const { accent } = worn;
  const contrast = theme === "contrast";
  const halves = theme === "system" ? [false, true] : [contrast ? worn.dark : theme === "dark"];
  return (
    <span className={styles.theme}>
      {halves.map((dark) => (
        <Wearing key={String(dark)} dark={dark} contrast={contrast} accent={accent}>
          <TwoBubbles />
        </Wearing>
      ))}
    </span>
  );
}

function TextSizes({ value, onChange }: { value: TextSize; onChange: (size: TextSize) => void }) {
  return (
    <section className={groups.group}>
      <h3 id="text-size-label">{say("appearance.textSize")}</h3>
      <div className={styles.sizes}>
        <span className={styles.smallest} aria-hidden="true">
          {say("appearance.letters")}
        </span>
        <input
          id="text-size"
          type="range"
          min={0}
          max={TEXT_SIZES.length - 1}
          step={1}
          aria-labelledby="text-size-label"
          aria-valuetext={say(SIZE_NAMES[value])}
          value={TEXT_SIZES.indexOf(value)}
          onChange={(event) => onChange(TEXT_SIZES[event.target.valueAsNumber] ?? "standard")}
        />
        <span className={styles.largest} aria-hidden="true">
          {say("appearance.letters")}
        </span>
      </div>
      <p className={groups.explain} aria-hidden="true">
        {say(SIZE_NAMES[value])}
      </p>
      <div className={styles.sample} aria-hidden="true">
        <p>{say("appearance.sampleIn")}</p>
        <p>{say("appearance.sampleOwn")}</p>
      </div>
    </section>
  );
}
