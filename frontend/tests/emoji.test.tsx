import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createRef } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Composer } from "../src/inbox/composer/Composer";
import { emojiByCode, emojiByGroup, emojiOfCode, toned } from "../src/inbox/composer/emojiFinding";
import EmojiPicker from "../src/inbox/composer/EmojiPicker";
import { composerWords } from "../src/inbox/composer/words";
import { ClientContext, type Client } from "../src/sync/client";
import { readPreferences, readSkinTone, writeSkinTone } from "../src/sync/device";
import { toLocalConversation } from "../src/sync/rows";
import { freshClient } from "./client";
import { conversation } from "./rows";
import { eventually } from "./store";

const DARK = 5;

afterEach(() => {
  cleanup();
  writeSkinTone(0);
});

describe("finding", () => {
  test.each([
    ["smile", "😄"],
    ["+1", "👍️"],
    ["TADA", "🎉"],
    ["no such thing", null],
  ])("the code %s is %s", (code, sign) => {
    expect(emojiOfCode(code)?.sign ?? null).toBe(sign);
  });

  test("what begins with it comes before what has it inside, the shortest first", () => {
    const codes = emojiByCode("smil", 6).map(({ code }) => code);
    expect(codes[0]).toBe("smile");
    const begun = codes.map((code) => code.startsWith("smil"));
    expect(begun).toEqual(begun.toSorted((a, b) => Number(b) - Number(a)));
    expect(emojiByCode("zz", 6).every(({ code }) => code.startsWith("zz"))).toBe(true);
  });

  test("every emoji has a code, and no code is of two", () => {
    const all = emojiByGroup("").flatMap(({ found }) => found);
    const codes = all.flatMap((one) => one.codes);
    expect(all.filter((one) => one.codes.length === 0)).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(all.map((one) => one.tones.length))).toEqual(new Set([0, 5]));
  });

  test("a tone is taken by those that have tones", () => {
    const [hand, heart] = [emojiOfCode("raised_hand"), emojiOfCode("heart")];
    if (hand === null || heart === null) throw new Error("The list lacks them.");
    expect(toned(hand, DARK)).toBe("✋🏿");
    expect(toned(hand, 0)).toBe(hand.sign);
    expect(toned(heart, DARK)).toBe(heart.sign);
  });
});

test("the picker gives the tone that was chosen, and the next one too", () => {
  const onPick = vi.fn();
  const drawn = (): void => {
    render(<EmojiPicker onPick={onPick} onClose={vi.fn()} />);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "thumbs up" } });
  };
  drawn();
  fireEvent.click(screen.getByRole("radio", { name: composerWords.skinTones[DARK] }));
  fireEvent.click(screen.getByRole("button", { name: "thumbs up" }));
  expect(onPick).toHaveBeenLastCalledWith("👍🏿");
  expect(readSkinTone()).toBe(DARK);
  cleanup();
  drawn();
  expect(screen.getByRole<HTMLInputElement>("radio", { name: composerWords.skinTones[DARK] }).checked).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "thumbs up" }));
  expect(onPick).toHaveBeenLastCalledWith("👍🏿");
});

describe("typing a code", () => {
  let client: Client;

  beforeEach(async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
    client = await freshClient();
  });

  afterEach(() => {
    client.engine.stop();
    vi.unstubAllGlobals();
  });

  function open(): HTMLTextAreaElement {
    render(
      <ClientContext value={client}>
        <main>
          <Composer
            handle={createRef()}
            where={{ id: "1", provider: "whatsapp", channel_id: "1" }}
            conversation={toLocalConversation(conversation("1", { name: "Ana" }), undefined)}
            preferences={readPreferences()}
            seen={{ current: "" }}
            onWritten={vi.fn()}
          />
        </main>
      </ClientContext>,
    );
    return screen.getByRole<HTMLTextAreaElement>("textbox");
  }

  function type(field: HTMLTextAreaElement, value: string): void {
    act(() => {
      fireEvent.change(field, { target: { value, selectionStart: value.length, selectionEnd: value.length } });
    });
  }

  test("offers emoji, of which Enter takes one and sends nothing", async () => {
    const field = open();
    type(field, "Well done :tad");
    await eventually(() => screen.getByRole("option", { name: ":tada:" }));
    fireEvent.keyDown(field, { key: "Enter" });
    expect(field.value).toBe("Well done 🎉");
    expect(client.outbox.view.all()).toEqual([]);
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  test("the second colon makes it an emoji, in the chosen tone", async () => {
    writeSkinTone(DARK);
    const field = open();
    type(field, ":+1");
    await eventually(() => screen.getByRole("option", { name: ":+1:" }));
    type(field, ":+1:");
    expect(field.value).toBe("👍🏿");
  });

  test.each(["at 10:30", "see http://example", "a:smile", ":D", "no :such_thing:"])("leaves %s as it is", async (text) => {
    const field = open();
    type(field, ":smi");
    await eventually(() => screen.getByRole("listbox"));
    type(field, text);
    expect(field.value).toBe(text);
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  test("Escape closes the list and keeps what was typed", async () => {
    const field = open();
    type(field, ":smi");
    await eventually(() => screen.getByRole("listbox"));
    fireEvent.keyDown(field, { key: "Escape" });
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(field.value).toBe(":smi");
  });
});
