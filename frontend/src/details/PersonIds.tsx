import type { Id, KnownId, Person } from "../api/types";
import { isolated } from "../lib/text";
import { fullTime } from "../lib/time";
import { personDecide, type Verdict } from "../sync/details";
import { Avatar } from "../ui/Avatar";
import { CopyButton, DeliveryLink, Section } from "./Section";
import { shownName } from "./shownName";
import { useChange } from "./useLoaded";
import { REASON, details as words } from "./words";

interface Props {
  readonly person: Person;
  readonly onChanged: (person: Person) => void;
}

interface Fact {
  readonly label: string;
  readonly text: string;
}

/** By what people call somebody, and not by an address or a number. */
const isUserName = (identifier: string): boolean => /\p{L}/u.test(identifier) && !identifier.includes("@");

const publicLabel = (identifier: string): string => (isUserName(identifier) ? words.kind.userName : words.kind.other);

/** Each number and id once, the numbers first. */
function factsOf(ids: readonly KnownId[]): Fact[] {
  const numbers = ids.flatMap((one) => (one.phone === null ? [] : [{ label: words.kind.phone, text: one.phone }]));
  const others = ids.flatMap((one) => [
    { label: words.kind[one.kind], text: one.provider_id },
    ...(one.public_identifier === null ? [] : [{ label: publicLabel(one.public_identifier), text: one.public_identifier }]),
  ]);
  const facts = [...numbers, ...others];
  return facts.filter(({ text }, index) => facts.findIndex((fact) => fact.text === text) === index);
}

function AlsoKnown({ known, onApart }: { readonly known: KnownId; readonly onApart: ((verdict: Verdict) => void) | null }) {
  const name = isolated(known.provider_id);
  return (
    <li>
      <bdi className="details-id">{known.provider_id}</bdi>
      {known.proofs.map((proof) => (
        <p key={proof.beside}>
          {words.provenWith(isolated(proof.beside))}. <DeliveryLink id={proof.delivery_id} />
        </p>
      ))}
      {known.joined_at !== null && <p>{words.joinedBy(known.joined_by, fullTime(known.joined_at))}</p>}
      {onApart !== null && (
        <div className="details-actions">
          <button
            type="button"
            className="button"
            aria-label={`${words.notTheSame}: ${name}`}
            onClick={() => {
              onApart("different");
            }}
          >
            {words.notTheSame}
          </button>
          {known.joined_at !== null && (
            <button
              type="button"
              className="button"
              aria-label={`${words.takeBack}: ${name}`}
              onClick={() => {
                onApart(null);
              }}
            >
              {words.takeBack}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

/** Numbers and ids, which of them are one person's by what proof, who else it might be, and who it is not. */
export function PersonIds({ person, onChanged }: Props) {
  const change = useChange();
  const decide = (mine: Id, otherId: Id, verdict: Verdict): void => {
    change.run(async () => {
      onChanged(await personDecide(mine, otherId, verdict));
    });
  };
  const { may_decide: mayDecide, ids, proposals, kept_apart: apart } = person;
  const rest = (id: Id): Id => ids.find((one) => one.attendee_id !== id)?.attendee_id ?? person.id;
  return (
    <fieldset className="details-fields" disabled={change.busy}>
      <Section title={words.numbers}>
        <dl className="details-facts">
          {factsOf(ids).map((fact) => (
            <div key={fact.text}>
              <dt>{fact.label}</dt>
              <dd>
                <bdi className="details-id">{fact.text}</bdi>
                <CopyButton text={fact.text} />
              </dd>
            </div>
          ))}
        </dl>
        {person.attendee.is_self && <p className="details-hint">{words.you}</p>}
      </Section>

      {change.failure !== null && (
        <p className="details-failure" role="alert">
          {change.failure}
        </p>
      )}

      {ids.length > 1 && (
        <Section title={words.alsoKnown}>
          <ul className="details-list">
            {ids.map((known) => (
              <AlsoKnown
                key={known.attendee_id}
                known={known}
                onApart={
                  mayDecide
                    ? (verdict) => {
                        decide(rest(known.attendee_id), known.attendee_id, verdict);
                      }
                    : null
                }
              />
            ))}
          </ul>
        </Section>
      )}

      {proposals.length > 0 && (
        <Section title={words.proposals}>
          <ul className="details-list">
            {proposals.map(({ attendee, reason, phone, other_phone }) => {
              const shown = shownName(attendee.name, other_phone);
              return (
                <li key={attendee.id} className="details-proposal">
                  <div className="details-who">
                    <Avatar name={shown} seed={attendee.id} picture={attendee.picture_url} size="header" />
                    <bdi>{shown}</bdi>
                  </div>
                  <p>{REASON[reason](phone, other_phone)}</p>
                  {mayDecide && (
                    <div className="details-actions">
                      {(
                        [
                          [words.accept, "same"],
                          [words.reject, "different"],
                        ] as const
                      ).map(([label, verdict]) => (
                        <button
                          key={verdict}
                          type="button"
                          className="button"
                          aria-label={`${label}: ${isolated(shown)}`}
                          onClick={() => {
                            decide(person.id, attendee.id, verdict);
                          }}
                        >
                          {label}
                        </button>
                      ))}
                    </div>
                  )}
                </li>
              );
            })}
          </ul>
        </Section>
      )}

      {apart.length > 0 && (
        <Section title={words.apart}>
          <ul className="details-list">
            {apart.map((other) => (
              <li key={other.attendee_id}>
                <bdi className="details-id">{shownName(other.name, other.phone, other.provider_id)}</bdi>
                <p>{words.apartBy(other.decided_by, fullTime(other.decided_at))}</p>
                {mayDecide && (
                  <button
                    type="button"
                    className="button"
                    aria-label={`${words.takeBack}: ${isolated(other.provider_id)}`}
                    onClick={() => {
                      decide(person.id, other.attendee_id, null);
                    }}
                  >
                    {words.takeBack}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {!mayDecide && (ids.length > 1 || proposals.length > 0 || apart.length > 0) && (
        <p className="details-hint details-section">{words.onlyAdministrators}</p>
      )}
    </fieldset>
  );
}
