// SPDX-License-Identifier: AGPL-3.0-or-later

import { useContext } from "react";

import { say } from "../view-models/say";
import { AppearanceContext, useAppearance } from "./appearance_context";
import { ChoiceTiles } from "./choice_tiles";
import { WallpaperPicture, wallpaperTiles } from "./wallpaper_tiles";
import panes from "./parts/pane.module.css";

/** What the messages of one conversation lie on, in this browser. */
export function WallpaperPage({ conversation }: { conversation: string }) {
  const model = useContext(AppearanceContext);
  const { wallpaper, wallpapers } = useAppearance();
  return (
    <div className={panes.body}>
      <ChoiceTiles
        id="own-wallpaper"
        legend={say("wallpaper.ofThis")}
        hint={say("wallpaper.ofThisHint")}
        tiles={[
          { value: "all", label: say("wallpaper.asAll"), picture: <WallpaperPicture wallpaper={wallpaper} /> },
          ...wallpaperTiles(),
        ]}
        value={wallpapers[conversation] ?? "all"}
        onChoose={(chosen) => model.setWallpaperOf(conversation, chosen === "all" ? undefined : chosen)}
      />
    </div>
  );
}
