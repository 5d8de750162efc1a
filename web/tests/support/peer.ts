// SPDX-License-Identifier: AGPL-3.0-or-later

import { NodeClient } from "../../core-client/node_host";
import { wasmFile, type Kithd } from "./kithd";

/** Somebody without a page, on the browser's core in this program: registered, and connected. */
export async function startPeer({ url: server }: Kithd, handle: string, name: string): Promise<NodeClient> {
  const peer = await NodeClient.start({ wasm: wasmFile });
  const { code } = await peer.call("requestCode", { server, handle });
  await peer.call("register", { server, handle, code, name, deviceName: "Node" });
  await peer.call("connect");
  return peer;
}
