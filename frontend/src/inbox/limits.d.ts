declare module "virtual:limits" {
  /** Code points of one message, of an edit, and of the first of a conversation. */
  export const MESSAGE_CHARACTERS: number;
  export const GROUP_TITLE_CHARACTERS: number;
}
