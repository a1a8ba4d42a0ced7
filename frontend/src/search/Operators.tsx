import { searchWords } from "./words";

/** What narrows a search; choosing one puts it where one types. */
export function Operators({ onChoose }: { readonly onChoose: (operator: string) => void }) {
  return (
    <section className="search-operators" aria-label={searchWords.operators}>
      <h2>{searchWords.operators}</h2>
      <ul>
        {searchWords.operatorRows.map(([operator, meaning]) => (
          <li key={operator}>
            <button
              type="button"
              className="chip"
              onClick={() => {
                onChoose(operator === '"…"' ? '"' : operator);
              }}
            >
              {operator}
            </button>
            <span>{meaning}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
