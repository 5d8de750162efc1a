// SPDX-License-Identifier: AGPL-3.0-or-later

// The app on a core, in this page: the view-models, what keeps them and the page in step, and the views.
import "../ui/styles";

import type { Root } from "react-dom/client";

import { PagePhotos } from "../media/photos";
import { AppRoot } from "../ui/app_root";
import { AppearanceContext } from "../ui/appearance_context";
import { VersionContext } from "../ui/on_demand";
import { PhotosContext } from "../ui/photos_context";
import { AppViewModel } from "../view-models/app";
import { AppearanceViewModel } from "../view-models/appearance";
import type { Core } from "../view-models/core";
import type { MediaFiles } from "../view-models/media_port";
import { Photos } from "../view-models/photos";
import { keepAddress, keepRegistrationStep, openedRoute } from "./address";
import { pageAskedCode } from "./asked_code";
import { deviceName } from "./device_name";
import { pageLinking } from "./kept_linking";
import { keepAppearance, pageAppearance } from "./page_appearance";
import { pageAttention } from "./page_attention";
import { onNotificationClick, pageNotifications } from "./page_notifications";
import { watchTimeZone } from "./page_clock";
import { newProfileAddress, type Surroundings } from "./surroundings";
import { keepTitle } from "./title";
import { hasNewVersion, reloadOnce } from "./version";

const version = { isNew: hasNewVersion, reload: () => location.reload(), reloadOnce: () => reloadOnce() };

/** Links that the page was opened with, of another device or of a group; "" for none. */
export interface OpenedBy {
  deviceLink: string;
  groupLink: string;
}
const BY_NONE: OpenedBy = { deviceLink: "", groupLink: "" };

export function show(root: Root, core: Core, files: MediaFiles, around: Surroundings, opened = BY_NONE): AppViewModel {
  const appearance = new AppearanceViewModel(pageAppearance(around.profile));
  const app = new AppViewModel(core, {
    media: () => import("../media/page_media").then(({ pageMedia }) => pageMedia(files)),
    server: around.server,
    deviceName: deviceName(navigator.userAgent),
    attention: pageAttention(),
    notifications: pageNotifications(around.profile),
    appearance,
    asked: pageAskedCode(around.profile),
    kept: pageLinking(around.profile, opened.deviceLink),
    groupLink: opened.groupLink,
    shared: () => import("./shared_kept").then(({ keptShared }) => keptShared),
  });
  const photos = new Photos(app.store, () => core.call("getState"), new PagePhotos((photo) => files.readPhoto(photo)));
  keepAppearance(appearance);
  keepTitle(app, around.shownProfile);
  keepAddress(app);
  keepRegistrationStep(app);
  watchTimeZone();
  onNotificationClick((conversation) => void app.openConversation(conversation));
  root.render(
    <VersionContext value={version}>
      <PhotosContext value={photos}>
        <AppearanceContext value={appearance}>
          <AppRoot
            app={app}
            server={around.server}
            profile={around.shownProfile}
            onReload={version.reload}
            onNewProfile={() => location.assign(newProfileAddress(location))}
          />
        </AppearanceContext>
      </PhotosContext>
    </VersionContext>,
  );
  void app.start(openedRoute());
  return app;
}
