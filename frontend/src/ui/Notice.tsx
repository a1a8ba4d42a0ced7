import { useEffect, useState, type ReactNode } from "react";

interface NoticeProps {
  readonly title: string;
  readonly next?: string | undefined;
  readonly children?: ReactNode;
  readonly tone?: "calm" | "error";
}

/** What a pane says when it has nothing else to show: what is so, and what to do next. */
export function Notice({ title, next, children, tone = "calm" }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "error" ? "alert" : undefined}>
      <p className="notice-title">{title}</p>
      {next !== undefined && <p>{next}</p>}
      {children}
    </div>
  );
}

const PATIENCE_MS = 250;

/** A spinner that a short wait never shows. */
export function Waiting({ label }: { readonly label: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLate(true);
    }, PATIENCE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <div className="waiting" role="status">
      {late && (
        <>
          <span className="spinner" aria-hidden="true" />
          {label}
        </>
      )}
    </div>
  );
}
