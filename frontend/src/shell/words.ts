/** What the screens of the shell say beyond `lib/words`. */
export const shellWords = {
  show: "Show",
  hide: "Hide",
  showTyped: "Show what is typed",
  hideTyped: "Hide what is typed",
  capsLock: "Caps Lock is on.",
  kept: (place: string) => `The first password was printed where Landline was started, and is kept there in ${place}.`,
  keptIn: "var/secrets/owner_password",
} as const;
