import { MESSAGE_CHARACTERS } from "virtual:limits";

import { composerWords } from "./words";

/** From here on it is said how many are left. */
const NEAR_CHARACTERS = 2_000;

/** How many more characters a message may have, as the server counts them: an emoji's pair of code units is one. */
export function charactersLeft(text: string): number {
  const sent = text.trim();
  let count = sent.length;
  if (count <= MESSAGE_CHARACTERS - NEAR_CHARACTERS) return MESSAGE_CHARACTERS - count;
  for (let index = 0; index < sent.length - 1; index += 1) {
    if ((sent.codePointAt(index) ?? 0) > 0xffff) {
      index += 1;
      count -= 1;
    }
  }
  return MESSAGE_CHARACTERS - count;
}

interface MessageLengthProps {
  /** What the field is described by. */
  readonly id: string;
  readonly left: number;
}

/** Nothing while there is room; then how much of it is left; then that it is too much, said once and not at each key. */
export function MessageLength({ id, left }: MessageLengthProps) {
  return (
    <div id={id} className={`message-length ${left < 0 ? "message-length-over" : ""}`}>
      {left <= NEAR_CHARACTERS && <span>{left < 0 ? composerWords.tooMany(-left) : composerWords.left(left)}</span>}{" "}
      <span role="status">{left < 0 && composerWords.tooLong(MESSAGE_CHARACTERS)}</span>
    </div>
  );
}
