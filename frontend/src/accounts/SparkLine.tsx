import type { ChannelHealth } from "../api/schema";
import { clockTime } from "../lib/time";
import { words } from "./words";

type Hour = ChannelHealth["hours"][number];

const HEIGHT = 28;
const STEP = 6;

/** What came and went in each of the last hours: drawn for the eye, said in a sentence. */
export function SparkLine({ hours }: { readonly hours: readonly Hour[] }) {
  const total = ({ received, sent }: Hour): number => received + sent;
  const peak = hours.reduce<Hour | null>((best, hour) => (total(hour) > (best === null ? 0 : total(best)) ? hour : best), null);
  const most = peak === null ? 1 : total(peak);
  const sum = (of: (hour: Hour) => number): number => hours.reduce((before, hour) => before + of(hour), 0);
  const said = words.lastDay(
    sum((hour) => hour.received),
    sum((hour) => hour.sent),
    peak === null ? "" : clockTime(peak.starts_at),
  );
  return (
    <svg className="spark" viewBox={`0 0 ${hours.length * STEP} ${HEIGHT}`} role="img" aria-label={said} preserveAspectRatio="none">
      {hours.map((hour, index) => {
        const height = total(hour) === 0 ? 1 : Math.max(2, (total(hour) / most) * HEIGHT);
        return <rect key={hour.starts_at} x={index * STEP} y={HEIGHT - height} width={STEP - 1.5} height={height} />;
      })}
    </svg>
  );
}
