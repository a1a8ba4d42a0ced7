declare module "virtual:emoji" {
  /** The emoji, its name, the words it is also found by, and its group; in the usual order. */
  const emoji: readonly (readonly [emoji: string, name: string, tags: string, group: number])[];
  export default emoji;
}
