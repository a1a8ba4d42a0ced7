import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Channel } from "../src/api/types";
import { AlarmNotices } from "../src/shell/AlarmNotices";
import { alarm, channel } from "./rows";
import { eventually } from "./store";

const live = vi.hoisted(() => ({ channels: [] as readonly Channel[] }));
vi.mock("../src/sync/client", () => ({ useLive: () => live.channels }));

interface Shown {
  readonly tag: string;
  readonly data: string;
  close: () => void;
}

let shown: Shown[] = [];

beforeEach(() => {
  localStorage.clear();
  shown = [];
  const registration = {
    getNotifications: () => Promise.resolve([...shown]),
    showNotification: (_title: string, { tag, data }: { tag: string; data: string }) => {
      const one = {
        tag,
        data,
        close: () => {
          shown = shown.filter((other) => other !== one);
        },
      };
      shown.push(one);
      return Promise.resolve();
    },
  };
  vi.stubGlobal("navigator", { serviceWorker: { ready: Promise.resolve(registration) } });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const down = (alarms: Channel["alarms"]): Channel => ({ ...channel("7"), status: "credentials", status_word: "CREDENTIALS", alarms });

test("an alarm is told once, names the place where something can be done, and goes with its cause", async () => {
  const { rerender } = render(<AlarmNotices />);
  live.channels = [down([alarm("1", { channel_id: "7" })])];
  rerender(<AlarmNotices />);
  await eventually(() => {
    expect(shown.map(({ data }) => data)).toEqual(["/accounts?account=7"]);
  });
  live.channels = [down([alarm("1", { channel_id: "7" })])];
  rerender(<AlarmNotices />);
  live.channels = [channel("7")];
  rerender(<AlarmNotices />);
  await eventually(() => {
    expect(shown).toEqual([]);
  });
});
