declare module "virtual:emoji" {
  /** The emoji, its name, the words it is also found by, its group, its codes and its skin tones; in the usual order. */
  const emoji: readonly (readonly [emoji: string, name: string, tags: string, group: number, codes: string, tones: string])[];
  export default emoji;
}
