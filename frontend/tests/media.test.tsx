import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Attachment, Message } from "../src/api/types";
import { Bubble } from "../src/inbox/Bubble";
import { FITTING, LARGEST, moved, toggled, zoomed, type Size, type View } from "../src/inbox/lightbox/zoom";
import { fileType, mediaWords } from "../src/inbox/media/words";
import { loudness } from "../src/inbox/player/waveform";
import { ThreadActionsContext, type ThreadActions } from "../src/inbox/threadActions";
import { threadWords } from "../src/inbox/threadWords";
import { messageTools } from "../src/inbox/tools/messageTools";
import { ClientContext, type Client } from "../src/sync/client";
import { applyThreadPage, beginSide, claimTerm } from "../src/sync/apply";
import { messageByExternalId, pictureBeside, voiceAfter } from "../src/sync/queries";
import { toLocal, type LocalMessage } from "../src/sync/rows";
import { freshClient } from "./client";
import { attachmentRow, at, channel, conversation, message } from "./rows";

const PATH = "/api/v1/communications/media/1/";
const local = (id: string, fields: Partial<Message> = {}): LocalMessage => toLocal.message(message(id, fields));
const stored = (id: string, kind: Attachment["kind"] = "image", fields: Partial<Attachment> = {}): Attachment =>
  attachmentRow({ id, kind, state: "stored", url: `/api/v1/communications/media/${id}/`, ...fields });

let client: Client;
const actions = {
  enlarge: vi.fn(),
  jumpToQuoted: vi.fn(),
  copy: vi.fn(),
  setReply: vi.fn(),
  putBack: vi.fn(),
  where: null,
  inspect: null,
  barrier: () => undefined,
  act: vi.fn(),
  react: vi.fn(),
  dropChange: vi.fn(),
} satisfies ThreadActions;

beforeEach(async () => {
  client = await freshClient();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  client.engine.stop();
});

function show(children: ReactNode): HTMLElement {
  const { container } = render(
    <ClientContext value={client}>
      <ThreadActionsContext value={actions}>{children}</ThreadActionsContext>
    </ClientContext>,
  );
  return container;
}

const bubble = (fields: Partial<Message>): HTMLElement =>
  show(<Bubble message={local("1", fields)} startsGroup endsGroup named={false} />);

describe("a file in its bubble", () => {
  test("a picture is shown small from our own server, and opens larger", () => {
    const picture = stored("1", "image", { thumbnail_url: `${PATH}thumbnail/` });
    const drawn = bubble({ attachments: [picture] });
    expect(drawn.querySelector("img")?.getAttribute("src")).toBe(`${PATH}thumbnail/`);
    fireEvent.click(screen.getByRole("button", { name: mediaWords.enlarge("Photo") }));
    expect(actions.enlarge).toHaveBeenCalledOnce();
  });

  test("keeps the box it was first given when its measures arrive with it", () => {
    const box = (of: HTMLElement, name: string): readonly string[] => {
      const { width, height } = of.querySelector<HTMLElement>(name)?.style ?? {};
      return [width ?? "", height ?? ""];
    };
    const waiting = attachmentRow({ width: null, height: null });
    const draw = (attachment: Attachment): ReactNode => (
      <ClientContext value={client}>
        <Bubble message={local("1", { attachments: [attachment] })} startsGroup endsGroup named={false} />
      </ClientContext>
    );
    const { container, rerender } = render(draw(waiting));
    const before = box(container, ".attachment");
    expect(container.textContent).toContain(mediaWords.waiting);
    rerender(draw(stored("1", "image", { width: 900, height: 4000 })));
    expect(box(container, ".media-picture")).toEqual(before);
    cleanup();
    const later = render(draw(stored("1", "image", { width: 900, height: 4000 })));
    expect(box(later.container, ".media-picture")).not.toEqual(before);
  });

  test("one that is still on its way after a while is asked for, as history's wait for their turn", () => {
    vi.useFakeTimers();
    const asked = vi.fn(() => Promise.resolve(new Response("{}")));
    vi.stubGlobal("fetch", asked);
    client.engine.status.set({ phase: "live" });
    const waiting = attachmentRow({ id: "7", state: "wanted" });
    bubble({ attachments: [waiting] });
    act(() => {
      vi.advanceTimersByTime(1_900);
    });
    expect(asked).not.toHaveBeenCalled();
    act(() => {
      vi.advanceTimersByTime(200);
    });
    expect(asked).toHaveBeenCalledExactlyOnceWith(
      "/api/v1/communications/media/7/fetch/",
      expect.objectContaining({ method: "POST" }),
    );
    cleanup();
    bubble({ attachments: [waiting] });
    cleanup();
    act(() => {
      vi.advanceTimersByTime(5_000);
    });
    expect(asked).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  test("one that cannot be reached says so, and comes back by itself with the server", async () => {
    client.engine.status.set({ phase: "offline" });
    const drawn = bubble({ attachments: [stored("1")] });
    fireEvent.error(drawn.querySelector("img") ?? drawn);
    expect(drawn.querySelector("img")).toBeNull();
    expect(drawn.textContent).toContain(mediaWords.outOfReachNext);
    await act(async () => {
      client.engine.status.set({ phase: "live" });
      await Promise.resolve();
    });
    expect(drawn.querySelector("img")).not.toBeNull();
  });

  test.each([
    ["gone", mediaWords.unavailable("gone")],
    ["constructor", "no longer available"],
    [null, "no longer available"],
  ])("an unavailable one (%s) says why and can be tried again", async (failure, reason) => {
    const answers = [Promise.reject(new TypeError("down")), Promise.resolve(new Response(JSON.stringify(attachmentRow())))];
    const fetched = vi.fn(() => answers.shift());
    vi.stubGlobal("fetch", fetched);
    const drawn = bubble({ attachments: [attachmentRow({ state: "unavailable", failure })] });
    expect(drawn.textContent).toContain(reason);
    fireEvent.click(screen.getByRole("button", { name: mediaWords.tryAgain }));
    expect((await screen.findByRole("alert")).textContent).not.toBe("");
    fireEvent.click(screen.getByRole("button", { name: mediaWords.tryAgain }));
    expect((await screen.findByRole("status")).textContent).toBe(mediaWords.tried);
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(fetched.mock.calls[0]).toEqual(expect.arrayContaining(["/api/v1/communications/media/1/fetch/"]));
  });

  test("what may be seen once shows nothing, a file is offered under its own name", () => {
    const once = bubble({ view_once: true, attachments: [stored("1")] });
    expect(once.querySelector("img, a, button")).toBeNull();
    cleanup();
    const file = bubble({ attachments: [stored("1", "file", { name: "\u202egpj.exe", size_bytes: 0 })] });
    const link = file.querySelector("a");
    expect(link?.hasAttribute("download")).toBe(true);
    expect(link?.getAttribute("href")).toBe(PATH);
    expect(link?.textContent).toBe("gpj.exeEXE");
  });

  test.each([
    [{ name: "a.tar.GZ", mime_type: null }, "GZ"],
    [{ name: "noending", mime_type: "application/pdf" }, "PDF"],
    [{ name: null, mime_type: "application/vnd.ms-excel.sheet.macro" }, ""],
  ])("%j is a %j", (file, word) => {
    expect(fileType(file)).toBe(word);
  });
});

describe("what can be done with a message", () => {
  const keys = (fields: Partial<Message>, more: Partial<ThreadActions> = {}): string[] =>
    messageTools(local("1", fields), { ...actions, ...more }).map(({ key }) => key);
  const quoted = { external_message_id: "x", sender_name: null, text: "", message_id: null };

  test("depends on what there is", () => {
    expect(keys({})).toEqual(["copy"]);
    expect(keys({ text: "", quoted, attachments: [stored("5"), attachmentRow({ id: "6" })] })).toEqual(["jump", "5"]);
    expect(keys({ text: "", view_once: true, attachments: [stored("5")] })).toEqual([]);
    expect(keys({ deleted_at: at(1), attachments: [stored("5")] })).toEqual([]);
    expect(keys({ deleted_at: at(1) }, { inspect: vi.fn() })).toEqual(["inspect"]);
  });

  test("an answer leads to what it answers, where that is known", () => {
    bubble({ quoted });
    fireEvent.click(screen.getByTitle(threadWords.jump));
    expect(actions.jumpToQuoted).toHaveBeenCalledWith(quoted);
    cleanup();
    bubble({ quoted: { ...quoted, external_message_id: null } });
    expect(screen.queryByTitle(threadWords.jump)).toBeNull();
  });

  test("a reaction says who gave it, marks one's own, and survives any emoji", () => {
    const reaction = (id: string, emoji: string, is_own = false): Message["reactions"][number] =>
      ({ id, emoji, sender_id: null, sender_name: "Rui", is_own });
    bubble({ reactions: [reaction("1", "__proto__"), reaction("2", "👍"), reaction("3", "👍", true)] });
    expect(screen.getByRole("button", { name: "👍 2 by Rui, You" }).className).toContain("reaction-own");
    expect(screen.getByRole("button", { name: "__proto__ 1 by Rui" })).toBeTruthy();
  });
});

describe("through a conversation", () => {
  const rows: Message[] = [
    message("1", { attachments: [stored("11"), stored("12", "video")] }),
    message("2"),
    message("3", { deleted_at: at(3), attachments: [stored("31")] }),
    message("4", { view_once: true, attachments: [stored("41")] }),
    message("5", { attachments: [stored("51", "voice")] }),
    message("6", { kind: "event" }),
    message("7", { attachments: [stored("71", "voice")] }),
    message("8", { attachments: [stored("81"), attachmentRow({ id: "82" })] }),
  ];

  beforeEach(async () => {
    const writer = { side: 0, term: await claimTerm(client.db) } as const;
    const page = { items: [conversation("1")], attendees: [], next_cursor: null };
    await beginSide(client.db, writer, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
    const request = { conversationId: "1", channelId: "1", cursor: null, historyRevision: 0 };
    await applyThreadPage(client.db, writer, request, { items: rows.toReversed(), attendees: [], next_cursor: null, newer_cursor: null });
  });

  test("pictures and films follow one another, leaving out what may not be seen", async () => {
    const beside = async (messageId: string, attachmentId: string, way: "before" | "after"): Promise<string | undefined> =>
      (await pictureBeside(client.db, { messageId, attachmentId }, way))?.attachment.id;
    expect(await beside("1", "11", "after")).toBe("12");
    expect(await beside("1", "12", "after")).toBe("81");
    expect(await beside("8", "81", "before")).toBe("12");
    expect(await beside("8", "81", "after")).toBeUndefined();
    expect(await beside("1", "11", "before")).toBeUndefined();
    expect(await beside("99", "1", "before")).toBeUndefined();
  });

  test("a voice message is followed by the next, unless something was said between them", async () => {
    expect((await voiceAfter(client.db, "5"))?.attachment.id).toBe("71");
    expect(await voiceAfter(client.db, "7")).toBeNull();
    expect(await voiceAfter(client.db, "1")).toBeNull();
  });

  test("an answered message is found by upstream's id", async () => {
    expect(await messageByExternalId(client.db, "1", "x5")).toBe("5");
    expect(await messageByExternalId(client.db, "1", "nowhere")).toBeNull();
  });
});

describe("zooming", () => {
  const picture: Size = { width: 800, height: 400 };
  const frame: Size = { width: 1000, height: 600 };

  test("keeps the point under the pointer, within bounds, and comes back to fitting", () => {
    const point = { x: 300, y: 100 };
    const before: View = { scale: 3, x: 40, y: -20 };
    const after = zoomed(before, 1.5, point, picture, frame);
    expect((point.x - after.x) / after.scale).toBeCloseTo((point.x - before.x) / before.scale);
    expect(zoomed(before, 1000, point, picture, frame).scale).toBe(LARGEST);
    expect(zoomed(before, 0.001, point, picture, frame)).toEqual(FITTING);
    expect(toggled(toggled(FITTING, point, picture, frame), point, picture, frame)).toEqual(FITTING);
  });

  test("never shows an empty side while the picture is larger than its frame", () => {
    expect(moved({ scale: 2, x: 0, y: 0 }, { x: 9_999, y: -9_999 }, picture, frame)).toEqual({ scale: 2, x: 300, y: -100 });
    expect(moved(FITTING, { x: 50, y: 50 }, picture, frame)).toEqual(FITTING);
  });
});

test("a sound is drawn by its loudness", () => {
  expect(loudness(new Float32Array([0, 0, 0.5, -0.5, 0.25, 0.25]), 3)).toEqual([0, 1, 0.5]);
  expect(loudness(new Float32Array(100), 10)).toBeNull();
  expect(loudness(new Float32Array([1]), 4)?.filter((bar) => bar > 0)).toEqual([1]);
});
