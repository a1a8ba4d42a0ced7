/** What the screens of the shell say beyond `lib/words`. */
export const shellWords = {
  show: "Show",
  hide: "Hide",
  showTyped: "Show what is typed",
  hideTyped: "Hide what is typed",
  capsLock: "Caps Lock is on.",
  kept: "The first password was printed where Landline was started, and is kept there in secrets/owner_password of its data folder.",
} as const;
