import { useEffect, useState } from "react";

/** A value once it has stood still for so long; the first one at once. */
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState({ value });
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled((before) => (Object.is(before.value, value) ? before : { value }));
    }, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  }, [value, milliseconds]);
  return settled.value;
}
