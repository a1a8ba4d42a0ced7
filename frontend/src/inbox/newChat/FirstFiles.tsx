import { useRef, useState } from "react";

import type { OutgoingFile } from "../../sync/outgoing";
import { Icon } from "../../ui/icons";
import { describeFile } from "../composer/files";
import { StagedFiles } from "../composer/StagedFiles";
import { sift } from "../composer/useAttaching";
import { composerWords } from "../composer/words";

export interface FirstFile {
  readonly file: OutgoingFile;
  readonly blob: Blob;
}

interface FirstFilesProps {
  readonly files: readonly FirstFile[];
  readonly onChange: (files: readonly FirstFile[]) => void;
}

/** Files that go with the first message: chosen, put in order, taken away. */
export function FirstFiles({ files, onChange }: FirstFilesProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState("");

  const add = async (chosen: readonly File[]): Promise<void> => {
    const { taken, refusal: said } = sift(chosen, files.reduce((sum, { blob }) => sum + blob.size, 0));
    setRefusal(said);
    const added = await Promise.all(taken.map(async (blob) => ({ file: await describeFile(blob, blob.name), blob })));
    onChange([...files, ...added]);
  };
  const arrange = (arranged: readonly OutgoingFile[]): void => {
    onChange(arranged.flatMap(({ id }) => files.filter(({ file }) => file.id === id)));
  };

  return (
    <>
      {refusal !== "" && (
        <p className="field-error" role="alert">
          {refusal}
        </p>
      )}
      {files.length > 0 && <StagedFiles files={files.map(({ file }) => file)} onChange={arrange} />}
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={composerWords.attach}
        onChange={(event) => {
          void add([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <button type="button" className="button" onClick={() => chooser.current?.click()}>
        <Icon name="attach" size={18} /> {composerWords.attach}
      </button>
    </>
  );
}
