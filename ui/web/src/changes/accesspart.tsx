import { useState } from "preact/hooks";
import { NotSetUp } from "../alarms/notsetup";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { Act, Lacking } from "../allowed";
import { api } from "../api/client";
import type { Grant, Token } from "../api/told";
import { Copy } from "../copy";
import { useMeaning } from "../explain/glossary";
import { toRfc3339 } from "../marks/wall";
import { useMe } from "../me";
import { Failure, Waiting } from "../notice";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { ChangeForm, ChoiceField, Confirm, TextField } from "./form";
import type { PartProps } from "./page";

type Kind = "grant" | "token";

const example = `access:
  grants:
    - {subject: "user:anna", role: admin}
    - {subject: "group:oncall", role: operator}`;

/** Who may do what: the roles of people, and the tokens of programs. */
export function AccessPart({ view, shown, revision, zone }: PartProps) {
  const text = useText().changes.access;
  const me = useMe();
  const [adding, setAdding] = useState<Kind>();
  const [made, setMade] = useState<Token>();
  const { path } = view;
  const grants = useFresh(`grants ${path}`, revision, shown, () => api.grants(path));
  const governs = me?.open || me?.role === "admin";
  const tokens = useFresh(`tokens ${governs}`, revision, shown, () =>
    governs ? api.tokens() : Promise.resolve([]),
  );
  const again = () => {
    setAdding(undefined);
    grants.again();
    tokens.again();
  };
  const deed = { does: "grant.add", at: path || undefined };
  const today = todayIn(zone);
  return (
    <>
      <Stale of={grants} />
      {me?.open && <NotSetUp about={text.open} setting={example} />}
      {!me?.open && (
        <>
          <div class="actions">
            {(["grant", "token"] as const).map((kind) => (
              <Act key={kind} {...deed} aria-expanded={adding === kind} onClick={() => setAdding(kind)}>
                {text.add[kind]}
              </Act>
            ))}
          </div>
          <Lacking {...deed} />
        </>
      )}
      {made?.token && (
        <p class="secret" role="status">
          {text.once} <code>{made.token}</code> <Copy text={made.token} />
        </p>
      )}
      {adding && (
        <NewAccess
          key={adding}
          {...{ kind: adding, path, zone }}
          onDone={(token) => {
            setMade(token);
            again();
          }}
          onCancel={() => setAdding(undefined)}
        />
      )}
      {!grants.data && <Waiting error={grants.error} />}
      {grants.data?.length === 0 && !me?.open && <p class="nothing">{text.none}</p>}
      <ul class="flow-list">
        {grants.data?.map((one) => (
          <Line
            key={one.id || `${one.subject} ${one.role} ${one.path}`}
            of={one}
            name={one.subject}
            {...{ today }}
            onChange={again}
          />
        ))}
      </ul>
      {tokens.error && <Failure error={tokens.error} />}
      {tokens.data && tokens.data.length > 0 && (
        <>
          <h3>{text.tokens}</h3>
          <ul class="flow-list">
            {tokens.data.map((one) => (
              <Line key={one.id} of={one} name={one.name} token {...{ today }} onChange={again} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface LineProps {
  of: Omit<Grant, "subject"> & { used_at?: string | null };
  name: string;
  token?: boolean;
  today: string; // YYYY-MM-DD
  onChange: () => void;
}

function Line({ of, name, token = false, today, onChange }: LineProps) {
  const { changes } = useText();
  const text = changes.access;
  const [ending, setEnding] = useState(false);
  const { id, role, path, until, why, made_by, made_at, used_at } = of;
  return (
    <li class="flow">
      <div class="flow-head">
        <b>{name}</b>
        <span class={`tag role-${role}`}>{changes.may.roles[role]}</span>
        <span>{path ? namesOf(path).join(" › ") : changes.may.whole}</span>
        {id ? (
          <span class="ways">
            <Act does={token ? "token.revoke" : "grant.end"} at={path} onClick={() => setEnding(true)}>
              {text.end}
            </Act>
          </span>
        ) : (
          <span class="tag">{text.configured}</span>
        )}
      </div>
      <p class="about">
        {[
          until ? text.until(moment(until, today)) : text.forever,
          made_by && text.by(made_by, made_at ? moment(made_at, today) : ""),
          token && (used_at ? text.used(moment(used_at, today)) : text.unused),
          why,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {ending && (
        <Confirm
          about={token ? text.revokeAbout : text.endAbout}
          action={text.end}
          send={() => (token ? api.revokeToken(id) : api.endGrant(id))}
          onDone={() => {
            setEnding(false);
            onChange();
          }}
          onCancel={() => setEnding(false)}
        />
      )}
    </li>
  );
}

interface NewProps {
  kind: Kind;
  path: string;
  zone: string | undefined;
  onDone: (made?: Token) => void;
  onCancel: () => void;
}

function NewAccess({ kind, path, zone, onDone, onCancel }: NewProps) {
  const { changes } = useText();
  const text = changes.access;
  const named = kind === "grant" ? "subject" : "name";
  return (
    <ChangeForm
      about={useMeaning("access")(kind) ?? ""}
      needsWhy
      asksWho={false}
      buttons={[{ label: text.add[kind] }]}
      onSend={async ({ typed, why }) => {
        const { role = "", path: at = "", until = "", [named]: name = "" } = typed;
        const body = { role, path: at, why, ...(until && { until: toRfc3339(until, zone) }) };
        if (kind === "grant") {
          await api.grant({ ...body, subject: name });
          onDone();
        } else onDone(await api.makeToken({ ...body, name }));
      }}
      onCancel={onCancel}
    >
      <TextField label={text.names[kind]} name={named} hint={kind === "grant" ? "user:ann" : "ci"} needed />
      <ChoiceField label={text.role} name="role" choices={Object.entries(changes.may.roles)} />
      <TextField label={text.path} name="path" value={path} hint={changes.may.whole} />
      <TextField label={text.untilLabel} name="until" type="datetime-local" />
    </ChangeForm>
  );
}
