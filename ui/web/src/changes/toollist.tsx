import { api } from "../api/client";
import type { ToolParameter } from "../api/flows";
import { useResource } from "../api/live";
import { Loaded } from "../panel";
import { useText } from "../text/language";
import { listed } from "./steps";

/** What steps can call, each with what it takes and gives. */
export function ToolList() {
  const text = useText().changes.flows;
  const found = useResource("tools", 0, api.tools);
  return (
    <Loaded of={found} empty="" isEmpty={() => false}>
      {({ tools, refused }) => (
        <>
          {refused.map(({ file, why }) => (
            <p key={file} class="bad">
              {file}: {why}
            </p>
          ))}
          <ul class="flow-list">
            {tools.map((tool) => (
              <li key={tool.name} class="flow">
                <details>
                  <summary>
                    <b>{tool.title || tool.name}</b> <code>{tool.name}</code>{" "}
                    <span class="tag">{tool.source === "built in" ? text.builtIn : tool.source}</span>
                    {tool.repeatable && (
                      <span class="tag" title={text.repeatableTitle}>
                        {text.repeatable}
                      </span>
                    )}
                  </summary>
                  <p class="about">{tool.doc}</p>
                  <Parameters title={text.takes} of={tool.inputs} />
                  <Parameters title={text.gives} of={tool.outputs} />
                </details>
              </li>
            ))}
          </ul>
        </>
      )}
    </Loaded>
  );
}

function Parameters({ title, of }: { title: string; of: ToolParameter[] }) {
  if (of.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <dl class="values">
        {of.map((one) => (
          <div key={one.name}>
            <dt>
              {one.name}
              {one.required && " *"} <small>{one.type}</small>
            </dt>
            <dd>
              {one.doc} {one.values && <code>{one.values.map(listed).join(" | ")}</code>}
              {one.default !== undefined && <code> = {listed(one.default)}</code>}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
