import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ChatOption } from "../src/search/options";
import { ClientContext, type Client } from "../src/sync/client";
import { freshClient } from "./client";
import { attendee, conversation } from "./rows";

let client: Client;

beforeEach(async () => {
  client = await freshClient();
});

afterEach(() => {
  cleanup();
  client.engine.stop();
});

test.each([
  [attendee("7", { name: "Zora" }), "with Zora"],
  [attendee("7", { name: "", phone: "+49170" }), "with +49170"],
  [undefined, null],
])("a group found by a member says with whom", (member, said) => {
  const chat = conversation("1", { kind: "group", name: "Reise" });
  render(
    <ClientContext value={client}>
      <ChatOption chat={chat} member={member} account={null} now={new Date()} index={0} active={false} onOpen={vi.fn()} />
    </ClientContext>,
  );
  expect(screen.getByRole("option").querySelector(".search-text")?.textContent ?? null).toBe(said);
});
