import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useEffect, useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { composerWords } from "../src/inbox/composer/words";
import { FirstFiles, type FirstFile } from "../src/inbox/newChat/FirstFiles";
import { ClientContext, type Client } from "../src/sync/client";

/** A microphone that records one byte for each stop. */
class Recorder {
  static isTypeSupported = (): boolean => true;
  readonly mimeType = "audio/ogg;codecs=opus";
  state = "inactive";
  ondataavailable: (event: { data: Blob }) => void = () => undefined;
  onstop: () => void = () => undefined;
  start(): void {
    this.state = "recording";
  }
  stop(): void {
    this.state = "inactive";
    this.ondataavailable({ data: new Blob(["x"]) });
    this.onstop();
  }
}

const getUserMedia = vi.fn<() => Promise<MediaStream>>();
const held = vi.fn<(files: readonly FirstFile[]) => void>();

function Held() {
  const [files, setFiles] = useState<readonly FirstFile[]>([]);
  const [recording, setRecording] = useState(false);
  useEffect(() => {
    held(files);
  }, [files]);
  return <FirstFiles files={files} recording={recording} onChange={setFiles} onRecording={setRecording} />;
}

beforeEach(() => {
  held.mockReset();
  getUserMedia.mockReset().mockResolvedValue({ getTracks: () => [] } as unknown as MediaStream);
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no picture")));
  const client = { outbox: { bytesOf: () => Promise.reject(new Error("the outbox holds none of these")) } } as unknown as Client;
  render(
    <ClientContext value={client}>
      <Held />
    </ClientContext>,
  );
});

afterEach(() => {
  // A press of another test is a new one.
  document.dispatchEvent(new Event("pointerdown"));
  cleanup();
  vi.unstubAllGlobals();
});

const microphone = (): HTMLButtonElement => screen.getByRole("button", { name: composerWords.voice });
const chosen = (): readonly FirstFile[] => held.mock.lastCall?.[0] ?? [];
const named = (): string[] => chosen().map(({ name }) => name);

async function choose(...names: string[]): Promise<void> {
  const field = document.querySelector("input[type=file]");
  if (field === null) throw new Error("no field for files");
  await act(async () => {
    fireEvent.change(field, { target: { files: names.map((name) => new File([name], name, { type: "text/plain" })) } });
    await Promise.resolve();
  });
}

describe("what goes with the first message", () => {
  test("files can be chosen again and again, and hold the microphone back until they are taken away", async () => {
    await choose("a.txt");
    await choose("b.txt", "c.txt");
    expect(named()).toEqual(["a.txt", "b.txt", "c.txt"]);
    expect(microphone().disabled).toBe(true);
    for (const name of named()) fireEvent.click(screen.getByRole("button", { name: composerWords.remove(name) }));
    expect(named()).toEqual([]);
    expect(microphone().disabled).toBe(false);
  });

  test("a recording goes alone: files that are chosen afterwards take its place", async () => {
    fireEvent.click(microphone());
    fireEvent.click(await screen.findByRole("button", { name: composerWords.stop }));
    const sound = await screen.findByLabelText(composerWords.listen);
    expect(sound.getAttribute("src")).toMatch(/^blob:/);
    expect(chosen().map(({ kind, blob }) => [kind, blob.size])).toEqual([["voice", 1]]);
    await choose("a.txt");
    expect(chosen().map(({ kind }) => kind)).toEqual(["file"]);
  });

  test("a finger that stays on the microphone records until it is lifted, and not where files go", async () => {
    const finger = (type: string, x = 0): void => {
      act(() => {
        microphone().dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: "touch", clientX: x, clientY: 0 }));
      });
    };
    const hold = (): void => {
      vi.useFakeTimers();
      finger("pointerdown");
      act(() => {
        vi.advanceTimersByTime(1_000);
      });
      vi.useRealTimers();
    };
    await choose("a.txt");
    hold();
    finger("pointerup");
    expect(getUserMedia).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: composerWords.remove("a.txt") }));

    const button = microphone();
    hold();
    await screen.findByText(composerWords.holding);
    const told = (type: string, x: number): void => {
      fireEvent(button, new PointerEvent(type, { bubbles: true, pointerType: "touch", clientX: x, clientY: 0 }));
    };
    told("pointermove", 200);
    await screen.findByText(composerWords.letGo);
    told("pointermove", 20);
    told("pointerup", 20);
    await screen.findByLabelText(composerWords.listen);
    expect(chosen().map(({ kind }) => kind)).toEqual(["voice"]);
  });

  test("a microphone that is refused is said so, and nothing is there", async () => {
    getUserMedia.mockRejectedValue(new DOMException("no", "NotAllowedError"));
    fireEvent.click(microphone());
    expect((await screen.findByRole("alert")).textContent).toBe(composerWords.voiceRefused);
    expect(chosen()).toEqual([]);
  });
});
