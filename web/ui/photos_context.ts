// SPDX-License-Identifier: AGPL-3.0-or-later

import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";

import { noPictures, type Photos } from "../view-models/photos";

type Shown = Pick<Photos, "photoOf" | "subscribe" | "pictures">;

const NONE: Shown = { photoOf: () => "", subscribe: () => () => undefined, pictures: noPictures };
export const PhotosContext = createContext<Shown>(NONE);

/** An address of the photo that is shown under this id (`Avatar`); "" while there is none. */
export function usePhoto(avatar: string): string {
  const { photoOf, subscribe, pictures } = useContext(PhotosContext);
  const photo = useSyncExternalStore(subscribe, () => photoOf(avatar));
  const [shown, setShown] = useState({ photo: "", address: "" });
  useEffect(() => {
    if (photo === "") return;
    let gone = false;
    void pictures.hold(photo).then((address) => !gone && setShown({ photo, address }));
    return () => {
      gone = true;
      pictures.release(photo);
    };
  }, [pictures, photo]);
  if (photo === "") return "";
  return shown.photo === photo ? shown.address : pictures.ready(photo);
}
