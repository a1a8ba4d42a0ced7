import { Component, type ReactNode } from "react";

import { words } from "../lib/words";
import { Notice } from "./Notice";

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly message: string | null;
}

/** A pane that cannot be drawn says so where it stands; the rest of the screen goes on. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { message: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <Notice tone="error" title={words.broken} next={message}>
        <button
          type="button"
          className="button"
          onClick={() => {
            this.setState({ message: null });
          }}
        >
          {words.retry}
        </button>
      </Notice>
    );
  }
}
