import { fileSize, oneLine } from "../../lib/text";
import { useFileAddress, type OutgoingFile } from "../../sync/outgoing";
import { Icon } from "../../ui/icons";
import { moved } from "./files";
import { composerWords } from "./words";

interface StagedFile extends OutgoingFile {
  /** Where the outbox does not hold it yet. */
  readonly blob?: Blob;
}

function Preview({ file }: { readonly file: StagedFile }) {
  const address = useFileAddress(file.id, file.blob);
  if (file.kind === "image" && address !== null) return <img src={address} alt="" />;
  if (file.kind === "voice" && address !== null) return <audio src={address} controls aria-label={composerWords.listen} />;
  return <Icon name={file.kind} size={24} />;
}

interface StagedFilesProps {
  readonly files: readonly StagedFile[];
  readonly onChange: (files: readonly OutgoingFile[], gone: readonly string[]) => void;
}

/** What is to be sent with the message: looked at, put in order, taken away. */
export function StagedFiles({ files, onChange }: StagedFilesProps) {
  return (
    <ul className="staged" aria-label={composerWords.files}>
      {files.map((file, index) => {
        const name = oneLine(file.name, 60);
        const tool = (icon: "before" | "after" | "close", label: string, run: () => void) => (
          <button type="button" aria-label={label} title={label} onClick={run}>
            <Icon name={icon} size={14} />
          </button>
        );
        return (
          <li key={file.id} className={`staged-file staged-${file.kind}`}>
            <Preview file={file} />
            {file.kind !== "voice" && (
              <span className="staged-name">
                <bdi>{name}</bdi>
                <small>{fileSize(file.size_bytes)}</small>
              </span>
            )}
            <span className="staged-tools">
              {index > 0 && tool("before", composerWords.earlier(name), () => onChange(moved(files, index, -1), []))}
              {index < files.length - 1 && tool("after", composerWords.later(name), () => onChange(moved(files, index, 1), []))}
              {tool("close", composerWords.remove(name), () => onChange(files.filter(({ id }) => id !== file.id), [file.id]))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
