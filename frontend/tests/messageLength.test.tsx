import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";

import { charactersLeft, MessageLength } from "../src/inbox/composer/MessageLength";
import { composerWords } from "../src/inbox/composer/words";
import { actWords } from "../src/inbox/tools/actWords";
import { EditDialog } from "../src/inbox/tools/EditDialog";
import { toLocal } from "../src/sync/rows";
import { message } from "./rows";

const MOST = 65_536;
const SMILE = "\u{1f600}";

afterEach(cleanup);

describe("how long a message may be", () => {
  test.each([
    ["", MOST],
    ["x".repeat(MOST), 0],
    ["x".repeat(MOST + 1), -1],
    [` ${"x".repeat(MOST)}\n`, 0],
    [SMILE.repeat(MOST), 0],
    [`${SMILE.repeat(MOST)}x`, -1],
    ["\ud83d".repeat(MOST), 0],
  ])("is counted as the server counts (case %#)", (text, left) => {
    expect(charactersLeft(text)).toBe(left);
  });

  test("is said near its end, and past it in a sentence that no further key repeats", () => {
    const { container, rerender } = render(<MessageLength id="length" left={2_001} />);
    const said = screen.getByRole("status");
    expect(container.textContent.trim()).toBe("");
    rerender(<MessageLength id="length" left={2_000} />);
    expect(container.textContent.trim()).toBe(composerWords.left(2_000));
    expect(said.textContent).toBe("");
    for (const left of [-1, -2]) {
      rerender(<MessageLength id="length" left={left} />);
      expect(container.textContent).toBe(`${composerWords.tooMany(-left)} ${composerWords.tooLong(MOST)}`);
      expect(screen.getByRole("status")).toBe(said);
      expect(said.textContent).toBe(composerWords.tooLong(MOST));
    }
  });

  test("cuts nothing off an edit: it waits until it is shorter", () => {
    const onSave = vi.fn();
    render(<EditDialog message={toLocal.message(message("7", { text: "Short" }))} onSave={onSave} onClose={vi.fn()} />);
    const field = screen.getByRole<HTMLTextAreaElement>("textbox");
    const save = screen.getByRole<HTMLButtonElement>("button", { name: actWords.editSave });
    fireEvent.change(field, { target: { value: "x".repeat(MOST + 3) } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect([field.value.length, field.maxLength, save.disabled]).toEqual([MOST + 3, -1, true]);
    expect(document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent).toContain(composerWords.tooMany(3));
    fireEvent.change(field, { target: { value: "x".repeat(MOST) } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onSave).toHaveBeenCalledExactlyOnceWith("x".repeat(MOST));
  });
});
