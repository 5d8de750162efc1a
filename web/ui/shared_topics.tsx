// SPDX-License-Identifier: AGPL-3.0-or-later

// From the details of any conversation to its files, and to what is starred in it.
import type { ConversationViewModel } from "../view-models/conversation";
import type { SharedTopic } from "../view-models/route";
import { say, type TextId } from "../view-models/say";
import { StarredViewModel } from "../view-models/starred";
import type { GalleryActions } from "./media_gallery";
import { onDemand } from "./on_demand";
import { StarredList } from "./starred_list";
import { Topic } from "./topic";
import { WallpaperPage } from "./wallpaper_page";
import { isMedia, NARROW } from "./use_media";
import groups from "./parts/group.module.css";
import panes from "./parts/pane.module.css";

export type { GalleryActions } from "./media_gallery";

const MediaGallery = onDemand(() => import("./media_gallery").then(({ MediaGallery: gallery }) => gallery), {
  files: true,
});

export type { SharedTopic } from "../view-models/route";
export const SHARED_TITLES: Record<SharedTopic, TextId> = {
  media: "gallery.title",
  starred: "starred.title",
  wallpaper: "wallpaper.title",
};
export const isShared = (topic: string): topic is SharedTopic => Object.hasOwn(SHARED_TITLES, topic);

export function SharedTopics({ onTopic }: { onTopic: (topic: SharedTopic) => void }) {
  return (
    <section className={`${groups.group} ${groups.ofRows}`}>
      <Topic
        id="details-media"
        icon="image"
        title={say("gallery.title")}
        hint={say("gallery.hint")}
        onClick={() => onTopic("media")}
      />
      <Topic
        id="details-starred"
        icon="star"
        title={say("starred.title")}
        hint={say("starred.hint")}
        onClick={() => onTopic("starred")}
      />
      <Topic
        id="details-wallpaper"
        icon="palette"
        title={say("wallpaper.title")}
        hint={say("wallpaper.hint")}
        onClick={() => onTopic("wallpaper")}
      />
    </section>
  );
}

interface SharedPageProps {
  topic: SharedTopic;
  model: ConversationViewModel;
  actions: GalleryActions;
}

export function SharedPage({ topic, model, actions }: SharedPageProps) {
  if (topic === "media") return <MediaGallery model={model} actions={actions} />;
  if (topic === "wallpaper") return <WallpaperPage conversation={model.id} />;
  return (
    <div className={panes.body}>
      <StarredList
        makeModel={() => model.part(StarredViewModel)}
        onOpen={({ id }) => {
          if (isMedia(NARROW)) actions.closeDetails(); // the messages are below
          void actions.jumpTo(id);
        }}
      />
    </div>
  );
}
