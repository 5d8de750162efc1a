// SPDX-License-Identifier: AGPL-3.0-or-later

// The way from the details of a conversation to its files.
import { say } from "../view-models/say";
import { onDemand } from "./on_demand";
import { Topic } from "./topic";
import groups from "./parts/group.module.css";

export type { GalleryActions } from "./media_gallery";

export const MediaGallery = onDemand(() => import("./media_gallery").then(({ MediaGallery: gallery }) => gallery), {
  files: true,
});

export function MediaTopic({ onClick }: { onClick: () => void }) {
  return (
    <section className={`${groups.group} ${groups.ofRows}`}>
      <Topic
        id="details-media"
        icon="image"
        title={say("gallery.title")}
        hint={say("gallery.hint")}
        onClick={onClick}
      />
    </section>
  );
}
