import { rowWords } from "../inbox/rowMenu/rowWords";
import { threadWords } from "../inbox/threadWords";
import { words } from "../lib/words";
import { Dialog } from "../ui/Dialog";

export function Help({ singleKeys, onClose }: { readonly singleKeys: boolean; readonly onClose: () => void }) {
  return (
    <Dialog title={words.keys.title} onClose={onClose} className="help">
      {!singleKeys && <p className="aside">{words.keys.off}</p>}
      <dl className="keys">
        {[...words.keys.rows, ...rowWords.keys, ...threadWords.keys].map(([keys, meaning]) => (
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
    </Dialog>
  );
}
