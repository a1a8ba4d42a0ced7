import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compareDecimal, sortableDecimal } from "../src/lib/decimal";
import { emojiAlone, markup, plainWords, type Markup } from "../src/lib/markup";
import { fileSize, folded, isolated, oneLine, presentable } from "../src/lib/text";
import { dayName, duration, fullTime, listTime } from "../src/lib/time";

const decimal = fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String);

describe("decimal strings", () => {
  test("compare and sort as the numbers they are", () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const truth = BigInt(a) < BigInt(b) ? -1 : Number(BigInt(a) > BigInt(b));
        expect(Math.sign(compareDecimal(a, b))).toBe(truth);
        const sorted = sortableDecimal(a) < sortableDecimal(b) ? -1 : Number(sortableDecimal(a) > sortableDecimal(b));
        expect(sorted).toBe(truth);
      }),
    );
  });
});

describe("B18: text hygiene", () => {
  test("whatever comes, the shown text is well formed, without controls and without towers of marks", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        const shown = presentable(text);
        expect(shown.isWellFormed()).toBe(true);
        // eslint-disable-next-line no-control-regex -- what must not be there
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
        expect(shown).not.toMatch(/\p{M}{7}/u);
        expect(oneLine(text)).not.toMatch(/[\n\r\t\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  test("100,000 combining marks become a few", () => {
    expect(presentable(`z${"\u0301".repeat(100_000)}!`)).toBe(`z${"\u0301".repeat(6)}!`);
  });

  test("a direction override does not leak out of a name into the sentence", () => {
    expect(isolated("\u202egnp.exe")).toBe("\u2068gnp.exe\u2069");
  });

  test("names are found without case and accents", () => {
    expect(folded("Ana MARTÍNEZ")).toBe("ana martinez");
  });
});

const kinds = (nodes: readonly Markup[]): string[] =>
  nodes.map((node) => {
    if ("items" in node) return node.items.map((item) => `${item.number ?? "-"}(${kinds(item.children).join(",")})`).join("");
    return "children" in node ? `${node.kind}(${kinds(node.children).join(",")})` : node.kind;
  });

describe("message text", () => {
  test.each([
    ["*bold* and _it_ and ~gone~", ["bold(text)", "text", "italic(text)", "text", "struck(text)"]],
    ["*_both_*", ["bold(italic(text))"]],
    ["```one\ntwo``` `three`", ["block", "text", "code"]],
    ["2*3*4 and snake_case_name", ["text"]],
    ["is * not a mark * here", ["text"]],
    ["> they *said*\n> so\nand I say", ["quote(text,bold(text),text)", "text"]],
    ["To do:\n- one\n* two\n1. three", ["text", "-(text)-(text)1(text)"]],
    ["a - b\n-5 degrees\n2026. was", ["text"]],
    ["5 > 3\n>", ["text"]],
    ["a *b\nc* d", ["text"]],
    ["see https://example.com/a_b_c?x=*y* now", ["text", "link", "text"]],
    ["write to ana@example.com or +34 612 000 118.", ["text", "link", "text", "link", "text"]],
    ["```open", ["text"]],
    ["0151 2345678 or 030/1234567", ["link", "text", "link"]],
    ["on 01.02.2026 at 09:30, order 4711-0815", ["text"]],
  ])("%j is read as %j", (text, expected) => {
    expect(kinds(markup(text))).toEqual(expected);
  });

  test("punctuation after an address is not part of it, a bracket inside it is", () => {
    const hrefs = (text: string): string[] =>
      markup(text).flatMap((node) => (node.kind === "link" ? [node.href] : []));
    expect(hrefs("(see example.com/spec).")).toEqual(["https://example.com/spec"]);
    expect(hrefs("https://en.wikipedia.org/wiki/A_(b)")).toEqual(["https://en.wikipedia.org/wiki/A_(b)"]);
    expect(hrefs("call +34 612-000-118!")).toEqual(["tel:+34612000118"]);
  });

  test("B19: only http, https, mailto and tel become links, whatever is written", () => {
    const nasty = ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "<img onerror=x>"];
    const piece = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(...nasty, "https://a.example", "*", "_", "`"));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const visit = (nodes: readonly Markup[]): void => {
          for (const node of nodes) {
            if (node.kind === "link") expect(node.href).toMatch(/^(?:https?:\/\/|mailto:|tel:[+\d])/);
            if ("children" in node) visit(node.children);
            if ("items" in node) for (const item of node.items) visit(item.children);
          }
        };
        visit(markup(pieces.join(" ")));
      }),
    );
    for (const text of nasty) expect(kinds(markup(text))).not.toContain("link");
  });

  test("nothing that was written is lost, but for the marks", () => {
    const start = fc.constantFrom("", "", "> ", "- ", "* ", "12. ", "```", "   ");
    const line = fc.tuple(start, fc.string({ unit: "grapheme", maxLength: 60 })).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n")), (text) => {
        const bare = (value: string): string => value.replace(/[*_~`>\-\s]/gu, "");
        expect(bare(plainWords(markup(text)))).toBe(bare(text));
      }),
    );
  });

  test("a hostile text of 100,000 characters is read in reasonable time", () => {
    for (const piece of ["- *a\n", "> ", "\n1. ", "0 1", "*a", "_", "`", "a.b.", "+1 ", "www.", "((((", "http://x/("]) {
      const started = performance.now();
      markup(piece.repeat(100_000 / piece.length));
      // A second at most, were the machine idle; minutes, if it grew with the square.
      expect(performance.now() - started).toBeLessThan(10_000);
    }
  });
});

test.each([
  ["👍", 1],
  ["🎉🎉 🎉", 3],
  ["👩‍👩‍👧🇵🇹", 2],
  ["👍👍👍👍", 0],
  ["5", 0],
  ["ok 👍", 0],
  ["", 0],
])("%j stands alone as %d emoji", (text, count) => {
  expect(emojiAlone(text)).toBe(count);
});

describe("times", () => {
  const now = new Date(2026, 4, 18, 14, 30);
  const local = (...parts: [number, number, number, number?, number?]): string =>
    new Date(parts[0], parts[1], parts[2], parts[3] ?? 12, parts[4] ?? 0).toISOString();

  test.each([
    [local(2026, 4, 18, 14, 2), "14:02", "Today"],
    [local(2026, 4, 17, 23, 59), "Sun", "Yesterday"],
    [local(2026, 4, 13), "Wed", "Wednesday"],
    [local(2026, 4, 11), "11 May", "11 May"],
    [local(2024, 2, 3), "3 Mar 2024", "3 March 2024"],
    [local(2026, 4, 19), "19 May", "19 May"],
  ])("%s is %s in the list and %s in a thread", (timestamp, inList, inThread) => {
    expect(listTime(timestamp, now)).toBe(inList);
    expect(dayName(timestamp, now)).toBe(inThread);
  });

  test("the whole truth on demand, durations and sizes in words", () => {
    expect(fullTime(local(2026, 4, 18, 9, 5))).toBe("Monday 18 May 2026, 09:05:00");
    expect([duration(42.3), duration(3_601)]).toEqual(["0:42", "60:01"]);
    expect([999, 248_211, 1_412_211, 5_300_000_000].map(fileSize)).toEqual(["999 B", "248 kB", "1.4 MB", "5.3 GB"]);
  });
});
