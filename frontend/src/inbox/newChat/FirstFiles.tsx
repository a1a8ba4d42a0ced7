import { useState } from "react";

import type { OutgoingFile } from "../../sync/outgoing";
import { Icon } from "../../ui/icons";
import { describeFile, withFile } from "../composer/files";
import { FileChooser } from "../composer/FileChooser";
import { StagedFiles } from "../composer/StagedFiles";
import { sift } from "../composer/useAttaching";
import { VoiceTool } from "../composer/VoiceTool";
import { composerWords } from "../composer/words";

export interface FirstFile extends OutgoingFile {
  readonly blob: Blob;
}

interface FirstFilesProps {
  readonly files: readonly FirstFile[];
  readonly recording: boolean;
  readonly onChange: (files: readonly FirstFile[]) => void;
  readonly onRecording: (recording: boolean) => void;
}

/** Files that go with the first message: chosen, put in order, taken away; or a recording. */
export function FirstFiles({ files, recording, onChange, onRecording }: FirstFilesProps) {
  const [refusal, setRefusal] = useState("");

  const add = async (chosen: readonly File[]): Promise<void> => {
    const before = files.filter(({ kind }) => kind !== "voice");
    const { taken, refusal: said } = sift(chosen, before.reduce((sum, { size_bytes }) => sum + size_bytes, 0));
    setRefusal(said);
    const added = await Promise.all(taken.map(async (blob) => ({ ...(await describeFile(blob, blob.name)), blob })));
    onChange(added.reduce<readonly FirstFile[]>(withFile, files));
  };
  const arrange = (arranged: readonly OutgoingFile[]): void => {
    onChange(arranged.flatMap(({ id }) => files.filter((file) => file.id === id)));
  };

  return (
    <>
      {refusal !== "" && (
        <p className="field-error" role="alert">
          {refusal}
        </p>
      )}
      {files.length > 0 && <StagedFiles files={files} onChange={arrange} />}
      <div className="first-files">
        {!recording && (
          <FileChooser className="button" onChosen={(chosen) => void add(chosen)}>
            <Icon name="attach" size={18} /> {composerWords.attach}
          </FileChooser>
        )}
        <VoiceTool
          className="button"
          disabled={files.length > 0}
          recording={recording}
          onBegin={() => {
            setRefusal("");
            onRecording(true);
          }}
          onRecorded={(file, blob) => {
            onChange(withFile(files, { ...file, blob }));
          }}
          onEnd={() => {
            onRecording(false);
          }}
          onRefused={() => {
            onRecording(false);
            setRefusal(composerWords.voiceRefused);
          }}
        >
          <Icon name="voice" size={18} /> {composerWords.voice}
        </VoiceTool>
      </div>
    </>
  );
}
