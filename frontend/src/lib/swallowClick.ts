/** The click that ends the press under way reaches nothing; a new press is another matter. */
export function swallowClick(): void {
  const stop = (): void => {
    document.removeEventListener("click", swallow, { capture: true });
    document.removeEventListener("pointerdown", stop, { capture: true });
  };
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  document.addEventListener("click", swallow, { capture: true });
  document.addEventListener("pointerdown", stop, { capture: true });
}
