import type { ChannelHealth } from "../api/schema";
import { clockTime } from "../lib/time";
import { words } from "./words";

type Hour = ChannelHealth["hours"][number];

const HEIGHT = 32;
const STEP = 6;
const BAR = 4.5;
/** An hour with a single message is still seen. */
const LEAST = 2;

function Bar({ hour, x, most }: { readonly hour: Hour; readonly x: number; readonly most: number }) {
  const total = hour.received + hour.sent;
  if (total === 0) return <rect className="spark-none" x={x} y={HEIGHT - 1} width={BAR} height={1} />;
  const height = Math.max(LEAST, (total / most) * HEIGHT);
  const sent = (hour.sent / total) * height;
  return (
    <>
      <rect className="spark-received" x={x} y={HEIGHT - height} width={BAR} height={height - sent} />
      <rect className="spark-sent" x={x} y={HEIGHT - sent} width={BAR} height={sent} />
    </>
  );
}

/** What came and went in each of the last hours: drawn for the eye, said in a sentence. */
export function SparkLine({ hours }: { readonly hours: readonly Hour[] }) {
  const total = ({ received, sent }: Hour): number => received + sent;
  const peak = hours.reduce<Hour | null>((best, hour) => (total(hour) > (best === null ? 0 : total(best)) ? hour : best), null);
  const received = hours.reduce((sum, hour) => sum + hour.received, 0);
  const sent = hours.reduce((sum, hour) => sum + hour.sent, 0);
  const said = words.lastDay(received, sent, peak === null ? "" : clockTime(peak.starts_at));
  return (
    <figure className="spark">
      <svg viewBox={`0 0 ${hours.length * STEP} ${HEIGHT}`} role="img" aria-label={said} preserveAspectRatio="none">
        {hours.map((hour, index) => (
          <Bar key={hour.starts_at} hour={hour} x={index * STEP} most={peak === null ? 1 : total(peak)} />
        ))}
      </svg>
      <figcaption aria-hidden="true">
        <span>{words.dayAgo}</span>
        <span className="spark-key spark-received">{words.received(received)}</span>
        <span className="spark-key spark-sent">{words.sent(sent)}</span>
        <span>{words.now}</span>
      </figcaption>
    </figure>
  );
}
