import { encode } from "uqr";

import { words } from "./words";

/** Light modules around the code, as the standard asks for. */
const QUIET_ZONE = 4;

/** The image that `text` makes, drawn here: black on white in every theme, for cameras read no other. */
export default function QrImage({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={words.qr} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
