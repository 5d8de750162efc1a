// SPDX-License-Identifier: AGPL-3.0-or-later

import { Component, type ReactNode } from "react";

import { say } from "../view-models/say";
import { FailureScreen } from "./screens";

interface PageBoundaryProps {
  onReload: () => void;
  children: ReactNode;
}

/** When a view fails, the page says so, and does not become empty. */
export class PageBoundary extends Component<PageBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <FailureScreen title={say("appRoot.cantGoOn")} onRetry={this.props.onReload}>
        {say("unavailable.crashed")}
      </FailureScreen>
    );
  }
}
