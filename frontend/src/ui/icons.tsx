const PATHS = {
  chat: "M4 5h16v11H9l-5 4z",
  gear: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 3v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.1 2.1m8.6 8.6 2.1 2.1M18.4 5.6l-2.1 2.1m-8.6 8.6-2.1 2.1",
  ledger: "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14m9 16-4-4",
  back: "M15 5l-7 7 7 7",
  down: "M12 5v14m-6-6 6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  phone: "M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5m3 16h2",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  video: "M3 6h12v12H3zm12 4 6-3v10l-6-3",
  audio: "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0m10-2a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
  voice: "M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3M6 12a6 6 0 0 0 12 0m-6 6v3",
  file: "M6 3h8l5 5v13H6zm8 0v5h5",
  sticker: "M5 4h14v10l-6 6H5zm8 16v-6h6",
  gif: "M4 5h16v14H4zm5.5 5H8a1 1 0 0 0-1 1v2a1 1 0 0 0 1 1h1.5v-1.5m3-2.5v4m3 0v-4H18m-2.5 2H17.5",
  unsupported: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m-2.5 6.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .9-1 1.7m0 3h.01",
  deleted: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.7 5.7l12.6 12.6",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16m0 4v4l2 2",
  tick: "m5 13 4 4L19 7",
  ticks: "m2 13 4 4 9-9m-5 8 1 1 10-10",
  alert: "M12 4 3 20h18zm0 6v4m0 3h.01",
  forward: "M13 6l6 6-6 6m6-6H9a5 5 0 0 0-5 5v1",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  muted: "M5 9h3l5-4v14l-5-4H5zm11 1 4 4m0-4-4 4",
  details: "M4 5h16v14H4zm10 0v14",
  archive: "M4 7h16M6 7v12h12V7M9 11h6",
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  copy: "M9 8h11v12H9zM15 8V4H4v12h5",
  more: "M4.4 12a.6.6 0 1 0 1.2 0a.6.6 0 1 0-1.2 0M11.4 12a.6.6 0 1 0 1.2 0a.6.6 0 1 0-1.2 0M18.4 12a.6.6 0 1 0 1.2 0a.6.6 0 1 0-1.2 0",
  inspect: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 8v5m0-8h.01",
  before: "M15 5l-7 7 7 7",
  after: "M9 5l7 7-7 7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  origin: "M10 6 4 12l6 6M4 12h10a6 6 0 0 1 6 6v1",
  jump: "M12 19V6m-5 5 5-5 5 5M5 3h14",
  react: "M12 4a8 8 0 1 0 8 8M9 10h.01M15 10h.01M8.5 14a4 4 0 0 0 7 0M19 3v6m-3-3h6",
  edit: "M4 20h4L19 9l-4-4L4 16zm9-13 4 4",
  unread: "M4 6h16v12H4zm0 0 8 7 8-7",
  read: "M4 10v8h16v-8l-8-5zm0 0 8 5 8-5",
  unpin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7M4 4l16 16",
  unmuted: "M5 9h3l5-4v14l-5-4H5zm11 0a5 5 0 0 1 0 6m2-9a9 9 0 0 1 0 12",
  accounts: "M9 3v6M15 3v6M6 9h12v3a6 6 0 0 1-12 0zM12 18v3",
  people: "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M3 20a6 6 0 0 1 12 0m1-15a3.5 3.5 0 0 1 0 7m5 8a6 6 0 0 0-4-5.6",
  setup: "M4 7h9m5 0h2M4 17h2m5 0h9M15.500 4.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5M8.500 14.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
  restart: "M4.500 12a7.500 7.500 0 1 1 2.200 5.300M4.500 19v-5h5",
  reply: "M10 7 4 12l6 5m-6-5h9a7 7 0 0 1 7 7",
  attach: "M20 11 12 19a5 5 0 0 1-7-7l8-8a3.4 3.4 0 0 1 5 5l-8 8a1.8 1.8 0 0 1-3-3l7-7",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m-3.5 11.500c1 1.300 2.200 2 3.500 2s2.500-.7 3.500-2M9 9.500h.01M15 9.500h.01",
  stop: "M7 7h10v10H7z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  once: "M12 3a9 9 0 1 1-9 9m2-6 .01.01M8 3.8l.01.01M10.5 9.5 12 8.5V16",
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  readonly name: IconName;
  /** Edge in pixels. */
  readonly size?: number;
  /** Read aloud; without it the icon is decoration. */
  readonly label?: string;
  readonly className?: string;
}

export function Icon({ name, size = 20, label, className = "" }: IconProps) {
  const spoken = label === undefined ? ({ "aria-hidden": true } as const) : ({ role: "img", "aria-label": label } as const);
  return (
    <svg className={`icon ${className}`} viewBox="0 0 24 24" width={size} height={size} {...spoken}>
      <path d={PATHS[name]} />
    </svg>
  );
}
