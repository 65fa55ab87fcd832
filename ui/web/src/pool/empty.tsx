import { root } from "../api/client";
import { Command, sendCommand } from "../table/empty";
import { useText } from "../text/language";

/** How a machine joins: the daemon with the address of this server. */
export const joinCommand = (server: string) =>
  `sudo bin/headroom-node serve --server.url=${server.replace(/\/$/, "")}`;

/** What YAML takes without quotes. */
const plain = /^[\p{L}_][\p{L}\p{N}/_.% -]*$/u;

/** The lines that make a service of a module. */
export const serviceLines = (module: string) => `services:
- module: ${plain.test(module) ? module : JSON.stringify(module)}
  mode: recommend            # apply: workers are started and stopped
  command: [/path/to/program, --port, '{port}']
  ports: {from: 20000, to: 20099}
  health: {kind: http, path: /healthz}
  policy: {minimum: 2, maximum: 20}`;

/** What to do while no node has joined. */
export function NoNodes() {
  const text = useText().pool;
  return (
    <div class="first-steps">
      <h2>{text.noNodesTitle}</h2>
      <p>{text.noNodesText}</p>
      <Command line={joinCommand(root)} />
      <p>{text.noNodesMore}</p>
    </div>
  );
}

/** What to do while there is no service and no module whose processes tell how busy they are. */
export function NoServices({ busy }: { busy: string }) {
  const text = useText().pool;
  return (
    <div class="first-steps">
      <h2>{text.noServicesTitle}</h2>
      <p>{text.noServicesText}</p>
      <Command line={serviceLines("shop/web/front/cart")} />
      {busy && (
        <>
          <p>{text.noServicesOther}</p>
          <Command line={sendCommand(busy, "1234.5")} />
        </>
      )}
    </div>
  );
}

/** The same where decisions are listed. */
export function NoDecisions({ busy }: { busy: string }) {
  const text = useText().pool;
  return (
    <div class="first-steps">
      <p>{text.decisions.noneAtAll}</p>
      {busy && <Command line={sendCommand(busy, "1234.5")} />}
    </div>
  );
}
