import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

const styles = (name: string): string => readFileSync(join(import.meta.dirname, "../src/styles", name), "utf-8");

/** WCAG 2.2's relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) => {
    const value = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const PAIR = String.raw`light-dark\((#[\da-f]{6}), (#[\da-f]{6})\)`;

function token(name: string): readonly string[] {
  const found = new RegExp(`--${name}: ${PAIR}`).exec(styles("tokens.css"));
  if (found === null) throw new Error(`There is no pair of colours --${name}.`);
  return found.slice(1);
}

describe("colours can be read in both themes", () => {
  const senders = [...styles("bubble.css").matchAll(new RegExp(String.raw`\.(sender-\d) \{ color: ${PAIR}`, "g"))];

  test("there are the eight colours of senders that bubbles count on", () => {
    expect(senders).toHaveLength(8);
  });

  test.each(senders.map(([, name = "", light = "", dark = ""]) => [name, light, dark]))("%s on a bubble", (_, light, dark) => {
    const [lightBubble = "", darkBubble = ""] = token("in");
    expect(contrast(light, lightBubble)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, darkBubble)).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ["out-text", "out"],
    ["out-meta", "out"],
    ["out-error", "out"],
    ["read", "out"],
    ["muted", "in"],
    ["muted", "page"],
    ["faint", "page"],
    ["error", "page"],
    ["link", "in"],
    ["warn-text", "warn"],
    ["badge-text", "badge"],
  ])("%s on %s", (text, ground) => {
    token(text).forEach((colour, theme) => {
      expect(contrast(colour, token(ground)[theme] ?? "")).toBeGreaterThanOrEqual(4.5);
    });
  });

  test("white initials on every avatar", () => {
    const grounds = [...styles("base.css").matchAll(/\.avatar-\d \{ background: (#[\da-f]{6})/g)];
    expect(grounds).toHaveLength(10);
    for (const [, ground = ""] of grounds) expect(contrast("#ffffff", ground)).toBeGreaterThanOrEqual(4.5);
  });
});
