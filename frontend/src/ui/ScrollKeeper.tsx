import { Component, type ReactNode, type RefObject } from "react";

interface ScrollKeeperProps {
  readonly scroller: RefObject<HTMLElement | null>;
  /** Whether the view is to stay at the bottom whatever is added. */
  readonly stuck: RefObject<boolean>;
  readonly children: ReactNode;
}

interface Anchor {
  readonly element: Element;
  readonly top: number;
}

/** The first row of which something is in view. */
export function firstInView(scroller: HTMLElement): Anchor | null {
  const edge = scroller.getBoundingClientRect().top;
  for (const element of scroller.querySelectorAll("[data-anchor]")) {
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom > edge) return { element, top };
  }
  return null;
}

/**
 * Keeps what is on the screen where it is, to the pixel, while rows are added or taken away above and below. The rows
 * are real elements, so nothing is estimated: the first visible `[data-anchor]` is measured before and after.
 */
export class ScrollKeeper extends Component<ScrollKeeperProps> {
  override getSnapshotBeforeUpdate(): Anchor | null {
    const scroller = this.props.scroller.current;
    return scroller === null || this.props.stuck.current ? null : firstInView(scroller);
  }

  override componentDidUpdate(_props: ScrollKeeperProps, _state: unknown, anchor: Anchor | null): void {
    const scroller = this.props.scroller.current;
    if (scroller === null) return;
    if (this.props.stuck.current) scroller.scrollTop = scroller.scrollHeight;
    else if (anchor?.element.isConnected === true) {
      const moved = anchor.element.getBoundingClientRect().top - anchor.top;
      if (moved !== 0) scroller.scrollTop += moved;
    }
  }

  override render(): ReactNode {
    return this.props.children;
  }
}
