import { useRef, type ReactNode } from "react";

import { composerWords } from "./words";

interface FileChooserProps {
  readonly className: string;
  readonly onChosen: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** A button behind which the device's own choice of files opens; the same file can be chosen again. */
export function FileChooser({ className, onChosen, children }: FileChooserProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={field}
        type="file"
        multiple
        hidden
        aria-label={composerWords.attach}
        onChange={(event) => {
          onChosen([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <button type="button" className={className} aria-label={composerWords.attach} title={composerWords.attach} onClick={() => field.current?.click()}>
        {children}
      </button>
    </>
  );
}
