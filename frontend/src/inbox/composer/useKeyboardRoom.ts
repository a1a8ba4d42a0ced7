import { useEffect } from "react";

/** Tells the page how much of its height a telephone's keyboard leaves, so that the composer stands above it. */
export function useKeyboardRoom(): void {
  useEffect(() => {
    const view = (window as { readonly visualViewport?: VisualViewport | null }).visualViewport;
    if (view == null) return;
    const { style } = document.documentElement;
    const measure = (): void => {
      const covered = Math.round(window.innerHeight - view.height - view.offsetTop);
      // What is zoomed is smaller too, and covers nothing.
      if (covered > 80 && view.scale === 1) style.setProperty("--covered", `${covered}px`);
      else style.removeProperty("--covered");
    };
    view.addEventListener("resize", measure);
    view.addEventListener("scroll", measure);
    measure();
    return () => {
      view.removeEventListener("resize", measure);
      view.removeEventListener("scroll", measure);
      style.removeProperty("--covered");
    };
  }, []);
}
