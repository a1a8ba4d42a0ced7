import { useEffect, useState } from "react";

/** The present as far as day names and list times care: a new value after each midnight. */
export function useDay(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const midnight = new Date(now);
    midnight.setHours(24, 0, 1, 0);
    const timer = setTimeout(() => {
      setNow(new Date());
    }, midnight.getTime() - Date.now());
    return () => {
      clearTimeout(timer);
    };
  }, [now]);
  return now;
}
