// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

/** The address of a picture of what is to be sent, which `forget` ends with the component; "" until it is there. */
export function usePreview(
  make: (id: string) => Promise<string>,
  id: string,
  forget: (address: string) => void,
): string {
  const [address, setAddress] = useState("");
  useEffect(() => {
    let gone = false;
    let made = "";
    void make(id).then((url) => {
      made = url;
      if (gone) forget(url);
      else setAddress(url);
    });
    return () => {
      gone = true;
      forget(made);
    };
  }, [make, id, forget]);
  return address;
}
