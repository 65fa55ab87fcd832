import { root } from "../api/client";
import { Copy } from "../copy";
import { useText } from "../text/language";

/** A request that sends one value of a series. */
export const sendCommand = (series: string, value: string, server = root) =>
  `echo '${series} ${value}' |\n  curl --data-binary @- ${server}api/v1/import/prometheus`;

/** What to do when nothing has been sent yet; without an example of the load it is asked for. */
export function Empty({ load }: { load: string | undefined }) {
  const text = useText();
  if (!load) {
    return (
      <div class="first-steps">
        <h2>{text.emptyTitle}</h2>
        <p>{text.emptyShadow}</p>
      </div>
    );
  }
  return (
    <div class="first-steps">
      <h2>{text.emptyTitle}</h2>
      <p>{text.emptyText}</p>
      <Command line={sendCommand(load, "23.5")} />
      <p>{text.emptyDemo}</p>
      <Command line="headroom demo" />
    </div>
  );
}

/** A command to copy. */
export function Command({ line }: { line: string }) {
  return (
    <div class="command">
      <pre>{line}</pre>
      <Copy text={line} class="" />
    </div>
  );
}
