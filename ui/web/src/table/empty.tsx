import { root } from "../api/client";
import { Copy } from "../copy";
import { useText } from "../text/language";

/** A request that makes the first row, in the labels of this server. */
export function firstSample(levels: string[], server: string): string {
  const sample = `headroom_load_percent{${[...exampleLabels(levels), 'node="host-1"'].join(",")}} 23.5`;
  return `echo '${sample}' |\n  curl --data-binary @- ${server}api/v1/import/prometheus`;
}

/** The labels of a module that might be. */
export function exampleLabels(levels: string[]): string[] {
  const names = ["shop", "web", "cart", "cart-api"];
  return levels.map((level, i) => `${level}="${names[i] ?? `name${i + 1}`}"`);
}

/** What to do when nothing has been sent yet. */
export function Empty({ levels, mode }: { levels: string[]; mode: string | undefined }) {
  const text = useText();
  if (mode === "shadow") {
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
      <Command line={firstSample(levels, root)} />
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
