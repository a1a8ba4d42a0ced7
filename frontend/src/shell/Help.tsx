import { rowWords } from "../inbox/rowMenu/rowWords";
import { threadWords } from "../inbox/threadWords";
import { words } from "../lib/words";
import { Dialog } from "../ui/Dialog";

interface GroupProps {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}

function Group({ title, rows }: GroupProps) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="keys">
        {rows.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys.split("  ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Help({ singleKeys, onClose }: { readonly singleKeys: boolean; readonly onClose: () => void }) {
  const { keys } = words;
  return (
    <Dialog title={keys.title} onClose={onClose} className="help">
      {!singleKeys && <p className="aside">{keys.off}</p>}
      <div className="key-groups">
        <Group title={keys.anywhere} rows={keys.anywhereRows} />
        <Group title={keys.list} rows={[...keys.listRows, ...rowWords.keys]} />
        <Group title={keys.conversation} rows={keys.conversationRows} />
        <Group title={keys.message} rows={threadWords.keys} />
        <Group title={keys.picture} rows={threadWords.pictureKeys} />
      </div>
    </Dialog>
  );
}
