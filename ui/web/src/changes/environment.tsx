import { api } from "../api/client";
import type { Environment } from "../api/fleet";
import { Panel } from "../panel";
import { useFresh } from "../pool/fresh";
import { useText } from "../text/language";
import { Wide } from "../wide";

interface Props {
  path: string;
  shown: boolean;
  revision: number;
}

/** What the machines are built to, and those that are built otherwise. */
export function EnvironmentPanel({ path, shown, revision }: Props) {
  const text = useText().changes.consistency;
  const found = useFresh(`environment ${path}`, revision, shown, () => api.environment(path));
  if (!found.data || found.data.nodes === 0) return null;
  const { nodes, unknown, outliers } = found.data;
  return (
    <div class={found.old ? "old" : ""}>
      <Panel title={text.environment} unit={text.machines(nodes, unknown)}>
        <Built of={found.data} />
        {outliers.length > 0 && (
          <Wide>
            <table class="plain">
              <thead>
                <tr>
                  <th>{text.node}</th>
                  <th>{text.property}</th>
                  <th>{text.found}</th>
                  <th>{text.allowed}</th>
                </tr>
              </thead>
              <tbody>
                {outliers.map((one) => (
                  <tr key={`${one.node} ${one.property} ${one.allowed}`}>
                    <td>{one.node}</td>
                    <td>{text.properties[one.property] ?? one.property}</td>
                    <td class="bad">
                      {one.found} {one.blocks && <small>{text.closed}</small>}
                    </td>
                    <td>{one.allowed}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        )}
      </Panel>
    </div>
  );
}

/** How many machines have which value. */
function Built({ of }: { of: Environment }) {
  const text = useText().changes.consistency;
  const known = of.properties.filter(({ values }) => values.length > 0);
  return (
    <dl class="built">
      {known.map(({ name, values }) => (
        <div key={name}>
          <dt>{text.properties[name] ?? name}</dt>
          {values.map((one) => (
            <dd key={one.value} class={one.outliers > 0 ? "bad" : ""}>
              {one.value} <small>{one.nodes}</small>
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
