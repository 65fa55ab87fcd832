import { root } from "../api/client";
import { Command, exampleLabels } from "../table/empty";
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

/** How processes that run already tell how busy they are, in the labels of this server. */
export function busySample(levels: string[], server: string): string {
  const labels = [...exampleLabels(levels), 'node="host-1"', 'process="cart-1"'];
  return `echo 'headroom_busy_seconds_total{${labels.join(",")}} 1234.5' |
  curl --data-binary @- ${server}api/v1/import/prometheus`;
}

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
export function NoServices({ levels }: { levels: string[] }) {
  const text = useText().pool;
  return (
    <div class="first-steps">
      <h2>{text.noServicesTitle}</h2>
      <p>{text.noServicesText}</p>
      <Command line={serviceLines("shop/web/front/cart")} />
      <p>{text.noServicesOther}</p>
      <Command line={busySample(levels, root)} />
    </div>
  );
}

/** The same where decisions are listed. */
export function NoDecisions({ levels }: { levels: string[] }) {
  const text = useText().pool;
  return (
    <div class="first-steps">
      <p>{text.decisions.noneAtAll}</p>
      <Command line={busySample(levels, root)} />
    </div>
  );
}
