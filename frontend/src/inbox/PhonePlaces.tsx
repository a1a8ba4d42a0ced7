import { ACCOUNTS_PATH, DELIVERIES_PATH, followLink, searchPath } from "../lib/router";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { administersAccount } from "../sync/queries";
import { Icon } from "../ui/icons";

/** Where the rail leads, on a phone, which has no room for one. */
export function PhonePlaces({ onSettings }: { readonly onSettings: () => void }) {
  const administers = useLive(administersAccount) ?? false;
  return (
    <span className="phone-only list-head-actions">
      <a href={searchPath("")} className="icon-button" aria-label={words.search} onClick={followLink}>
        <Icon name="search" />
      </a>
      <a href={ACCOUNTS_PATH} className="icon-button" aria-label={words.accounts} onClick={followLink}>
        <Icon name="accounts" />
      </a>
      {administers && (
        <a href={DELIVERIES_PATH} className="icon-button" aria-label={words.deliveries} onClick={followLink}>
          <Icon name="ledger" />
        </a>
      )}
      <button type="button" className="icon-button" aria-label={words.settings} onClick={onSettings}>
        <Icon name="gear" />
      </button>
    </span>
  );
}
