/** Puts the cursor where the open conversation is written to, if it can be. */
export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>(".composer textarea")?.focus();
}
