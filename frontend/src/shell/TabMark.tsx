import { useEffect } from "react";

import type { Id } from "../api/types";
import type { Route } from "../lib/router";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { conversation, unreadConversations } from "../sync/queries";

const EDGE = 32;

function iconLink(): HTMLLinkElement | null {
  return document.querySelector<HTMLLinkElement>('link[rel="icon"]');
}

/** The icon with a dot on it, drawn here: nothing is fetched and no data address is needed. */
function drawIcon(marked: boolean): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = EDGE;
  canvas.height = EDGE;
  const pen = canvas.getContext("2d");
  if (pen === null) return Promise.resolve(null);
  pen.fillStyle = "#0b7a4b";
  pen.beginPath();
  pen.roundRect(1, 3, 30, 21, 6);
  pen.fill();
  pen.beginPath();
  pen.moveTo(8, 22);
  pen.lineTo(8, 31);
  pen.lineTo(17, 22);
  pen.fill();
  if (marked) {
    pen.fillStyle = "#d92d20";
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(24, 8, 7, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }
  return new Promise((resolve) => {
    canvas.toBlob(resolve);
  });
}

/** Each is drawn once and kept: a browser may still be fetching the one that was just replaced. */
const addresses = new Map<boolean, Promise<string | null>>();

function iconAddress(marked: boolean): Promise<string | null> {
  const address = addresses.get(marked) ?? drawIcon(marked).then((blob) => (blob === null ? null : URL.createObjectURL(blob)));
  addresses.set(marked, address);
  return address;
}

interface TabMarkProps {
  readonly screen: Route["screen"];
  readonly conversationId: Id | null;
}

/** The tab says what it shows and how many conversations are unread, in words and with a dot on its icon. */
export function TabMark({ screen, conversationId }: TabMarkProps) {
  const unread = useLive(unreadConversations) ?? 0;
  const open = useLive(conversation, conversationId ?? "");
  const place = screen === "inbox" || screen === "login" ? null : words[screen];
  const name = open == null ? place : oneLine(open.name, 60);
  useEffect(() => {
    document.title = words.title(unread, name);
    // Whoever is logged out leaves no name on the tab.
    return () => {
      document.title = words.product;
    };
  }, [unread, name]);
  const marked = unread > 0;
  useEffect(() => {
    let left = false;
    void iconAddress(marked).then((address) => {
      const link = iconLink();
      if (left || address === null || link === null) return;
      link.type = "image/png";
      link.href = address;
    });
    return () => {
      left = true;
    };
  }, [marked]);
  return null;
}
