import type { Snippet } from "../api/types";
import { presentable } from "../lib/text";

const inLine = (text: string): string => presentable(text).replace(/\s+/gu, " ");

/** Part of a text with what was found in it marked. */
export function Marked({ snippet }: { readonly snippet: Snippet }) {
  const { text, marks } = snippet;
  const ends = [0, ...marks.map(([, to]) => to)];
  return (
    <>
      {snippet.cut_before && "… "}
      {marks.map(([from, to], index) => (
        <span key={from}>
          {inLine(text.slice(ends[index], from))}
          <mark>{inLine(text.slice(from, to))}</mark>
        </span>
      ))}
      {inLine(text.slice(ends.at(-1)))}
      {snippet.cut_after && " …"}
    </>
  );
}
