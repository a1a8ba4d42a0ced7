/**
 * Message text as a tree: WhatsApp's marks (*bold* _italic_ ~struck~ `code` ```block```), its quotes and lists at the
 * start of a line, and links. Only http, https, mailto and tel ever become links; all else stays text. Tokens that stand
 * for people are nodes of their own, whose text is the token.
 */
export type Markup =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "struck" | "quote"; readonly children: readonly Markup[] }
  | { readonly kind: "code" | "block"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "mention"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly ListItem[] };

export interface ListItem {
  /** As it was typed; null for a bullet. */
  readonly number: string | null;
  readonly children: readonly Markup[];
}

const MARKS = { "*": "bold", _: "italic", "~": "struck" } as const;

type Mark = keyof typeof MARKS;

const DEEPEST = 4;

const LINK =
  /(?<web>\bhttps?:\/\/[^\s<>"]+|\bwww\.[^\s<>"]+|(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}(?:com|org|net|io|eu|de|es|fr|it|pt|nl|uk|ch|at|pl|se|dk|br|mx|ar|jp|ca|au|nz|dev|app|info|biz|shop|store|online|cloud|site|co|ai|tv|ly|gov|edu)\b(?:\/[^\s<>"]*)?)|(?<mail>\b[\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+\b)|(?<phone>(?<![\w+])\+\d(?:[ .\-()]{0,2}\d){6,14}(?!\w)|(?<![\w+.,:/-])\(?0\d(?:[ \-()/]{0,2}\d){7,13}(?![\w.,:/-]*\d)(?!\w))/giu;

/** Punctuation that ends the sentence, not the address. */
function trimmed(address: string): string {
  let end = address.replace(/[.,;:!?'"»”’*_~]+$/u, "");
  while (end.endsWith(")") && !end.includes("(")) end = end.slice(0, -1);
  return end;
}

function webAddress(text: string): string | null {
  try {
    const url = new URL(/^https?:\/\//iu.test(text) ? text : `https://${text}`);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

function linkOf(match: RegExpExecArray): Extract<Markup, { kind: "link" }> | null {
  const { web, mail, phone } = match.groups ?? {};
  if (mail !== undefined) return { kind: "link", text: mail, href: `mailto:${encodeURIComponent(mail)}` };
  if (phone !== undefined) return { kind: "link", text: phone, href: `tel:${phone.replace(/[^\d+]/gu, "")}` };
  const text = trimmed(web ?? "");
  const href = webAddress(text);
  return href === null ? null : { kind: "link", text, href };
}

function withMentions(text: string, tokens: readonly string[]): Markup[] {
  const found: Markup[] = [];
  let from = 0;
  for (;;) {
    const next = nextToken(text, tokens, from);
    if (next === null) break;
    found.push(...withLinks(text.slice(from, next.at)), { kind: "mention", text: next.token });
    from = next.at + next.token.length;
  }
  return [...found, ...withLinks(text.slice(from))];
}

function nextToken(text: string, tokens: readonly string[], from: number): { at: number; token: string } | null {
  let first: { at: number; token: string } | null = null;
  for (const token of tokens) {
    const at = text.indexOf(token, from);
    const isFirst = at >= 0 && (first === null || at < first.at || (at === first.at && token.length > first.token.length));
    if (isFirst) first = { at, token };
  }
  return first;
}

function withLinks(text: string): Markup[] {
  const found: Markup[] = [];
  let from = 0;
  LINK.lastIndex = 0;
  for (let match = LINK.exec(text); match !== null; match = LINK.exec(text)) {
    const link = linkOf(match);
    if (link === null) continue;
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    found.push(link);
    from = match.index + link.text.length;
    LINK.lastIndex = from;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character: string | undefined): boolean => character === undefined || /\s/u.test(character);

/** The place of the closing mark: on the same line, after a non-space, before a non-word; -1 when there is none. */
function closing(text: string, mark: string, open: number): number {
  for (let at = open + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === mark && at > open + 1 && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at;
  }
  return -1;
}

/** Where addresses stand: marks inside them are part of the address. */
function addressSpans(text: string): readonly (readonly [number, number])[] {
  const spans: [number, number][] = [];
  for (const match of text.matchAll(LINK)) spans.push([match.index, match.index + trimmed(match[0]).length]);
  return spans;
}

function isMark(character: string): character is Mark {
  return Object.hasOwn(MARKS, character);
}

function inline(text: string, depth: number, tokens: readonly string[]): Markup[] {
  const found: Markup[] = [];
  const spans = addressSpans(text);
  let span = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    while (span < spans.length && (spans[span]?.[1] ?? 0) <= at) span += 1;
    const inAddress = (spans[span]?.[0] ?? Infinity) < at;
    const mark = text[at] ?? "";
    const opens = !inAddress && !isWord(text[at - 1]) && !isSpace(text[at + 1]);
    if (!opens || !(mark === "`" || (isMark(mark) && depth < DEEPEST))) continue;
    const end = closing(text, mark, at);
    if (end < 0) continue;
    found.push(...withMentions(text.slice(from, at), tokens));
    const inner = text.slice(at + 1, end);
    if (isMark(mark)) found.push({ kind: MARKS[mark], children: inline(inner, depth + 1, tokens) });
    else found.push({ kind: "code", text: inner });
    from = end + 1;
    at = end;
  }
  found.push(...withMentions(text.slice(from), tokens));
  return found;
}

const QUOTE = /^>\s?(?=\S)/u;
const BULLET = /^\s{0,3}[-*]\s+(?=\S)/u;
const NUMBER = /^\s{0,3}(\d{1,3})\.\s+(?=\S)/u;

type LineKind = "plain" | "quote" | "list";

function lineKind(line: string): LineKind {
  if (QUOTE.test(line)) return "quote";
  return BULLET.test(line) || NUMBER.test(line) ? "list" : "plain";
}

function listItem(line: string, tokens: readonly string[]): ListItem {
  const number = NUMBER.exec(line)?.[1];
  return {
    number: number ?? null,
    children: inline(line.replace(number === undefined ? BULLET : NUMBER, ""), 0, tokens),
  };
}

function blockOf(kind: LineKind, lines: readonly string[], tokens: readonly string[]): Markup[] {
  switch (kind) {
    case "plain":
      return inline(lines.join("\n"), 0, tokens);
    case "quote":
      return [{ kind, children: inline(lines.map((line) => line.replace(QUOTE, "")).join("\n"), 0, tokens) }];
    case "list":
      return [{ kind, items: lines.map((line) => listItem(line, tokens)) }];
  }
}

/** Neighbouring lines of one kind stand together. */
function blocks(text: string, tokens: readonly string[]): Markup[] {
  if (!/^(?:>|\s{0,3}(?:[-*]|\d{1,3}\.)\s)/mu.test(text)) return inline(text, 0, tokens);
  const found: Markup[] = [];
  let gathered: string[] = [];
  let kind: LineKind = "plain";
  const close = (): void => {
    if (gathered.length > 0) found.push(...blockOf(kind, gathered, tokens));
    gathered = [];
  };
  for (const line of text.split("\n")) {
    const next = lineKind(line);
    if (next !== kind) close();
    kind = next;
    gathered.push(line);
  }
  close();
  return found;
}

export function markup(text: string, tokens: readonly string[] = []): readonly Markup[] {
  const found: Markup[] = [];
  text.split("```").forEach((part, index, parts) => {
    const fenced = index % 2 === 1 && index < parts.length - 1;
    if (fenced) found.push({ kind: "block", text: part.replace(/^\n|\n$/gu, "") });
    else found.push(...blocks(index % 2 === 1 ? `\`\`\`${part}` : index > 0 ? part.replace(/^\n/u, "") : part, tokens));
  });
  return found;
}

const MOST_LARGE = 3;
const EMOJI_ONLY = new RegExp(`^(?:\\s*\\p{RGI_Emoji}\\s*){1,${MOST_LARGE}}$`, "v");

/** How many emoji a message consists of, when it is nothing but one to three of them; else 0. */
export function emojiAlone(text: string): number {
  if (text.length > 80 || !EMOJI_ONLY.test(text)) return 0;
  return [...text.matchAll(/\p{RGI_Emoji}/gv)].length;
}

/** The words alone, without the marks' meaning: what a preview shows. */
export function plainWords(nodes: readonly Markup[], nameOf: (token: string) => string = (token) => token): string {
  return nodes.map((node) => wordsOf(node, nameOf)).join("");
}

function wordsOf(node: Markup, nameOf: (token: string) => string): string {
  const inside = (children: readonly Markup[]): string => plainWords(children, nameOf);
  switch (node.kind) {
    case "list":
      return node.items.map(({ number, children }) => `${number === null ? "-" : `${number}.`} ${inside(children)}\n`).join("");
    case "bold":
    case "italic":
    case "struck":
      return inside(node.children);
    case "quote":
      return `${inside(node.children)}\n`;
    case "mention":
      return nameOf(node.text);
    case "block":
      return `${node.text}\n`;
    case "text":
    case "code":
    case "link":
      return node.text;
  }
}
