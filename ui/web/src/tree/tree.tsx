import { useMemo, useState } from "preact/hooks";
import type { TreeNode } from "../api/types";
import { isUnder } from "../table/entries";
import { count, decimal, unknown } from "../text/format";
import { useText } from "../text/language";
import { type Branch, growBranches, totals } from "./branches";

interface Props {
  nodes: TreeNode[];
  levels: string[];
  path: string; // the node that is chosen
  onPath: (path: string) => void;
}

/** The business tree; choosing a node shows only what lies below it. */
export function Tree({ nodes, levels, path, onPath }: Props) {
  const text = useText();
  const branches = useMemo(() => growBranches(nodes, levels), [nodes, levels]);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const sum = totals(branches);
  const isOpen = (id: string) => toggled.get(id) ?? isUnder(path, id);
  const toggle = (id: string) => setToggled(new Map(toggled).set(id, !isOpen(id)));

  const draw = ({ node, children }: Branch) => {
    const name = node.path.at(-1) ?? node.id;
    const open = isOpen(node.id);
    return (
      <li key={node.id}>
        <div class={`branch ${node.id === path ? "chosen" : ""}`}>
          {children.length > 0 ? (
            <button
              type="button"
              class="fold"
              aria-expanded={open}
              aria-label={open ? text.collapse(name) : text.expand(name)}
              onClick={() => toggle(node.id)}
            />
          ) : (
            <span class="fold-gap" />
          )}
          <Choice
            name={name}
            node={node}
            chosen={node.id === path}
            onChoose={() => onPath(node.id === path ? "" : node.id)}
          />
        </div>
        {open && children.length > 0 && <ul>{children.map(draw)}</ul>}
      </li>
    );
  };

  return (
    <nav class="tree" aria-label={text.tree}>
      <div class={`branch ${path === "" ? "chosen" : ""}`}>
        <Choice name={text.all} node={sum} chosen={path === ""} onChoose={() => onPath("")} />
      </div>
      <ul>{branches.map(draw)}</ul>
    </nav>
  );
}

interface ChoiceProps {
  name: string;
  node: Pick<TreeNode, "modules" | "deviating" | "worst_headroom">;
  chosen: boolean;
  onChoose: () => void;
}

/** Of a hierarchy of one level nothing is counted: its modules are the table's. */
function Choice({ name, node, chosen, onChoose }: ChoiceProps) {
  const text = useText();
  const worst = node.worst_headroom;
  return (
    <button
      type="button"
      class="choice"
      aria-current={chosen ? "true" : undefined}
      title={
        node.modules > 0
          ? `${name}: ${text.treeCounts(node.modules, node.deviating)}${worst === null ? "" : `, ${text.treeWorst(decimal(worst))}`}`
          : undefined
      }
      onClick={onChoose}
    >
      <span class="name">{name}</span>
      {node.deviating > 0 && (
        <span class={node.deviating > 9 ? "deviating many" : "deviating"}>{count(node.deviating)}</span>
      )}
      {node.modules > 0 && (
        <>
          <span class={`worst ${worst !== null && worst < 0 ? "overfull" : ""}`}>
            {worst === null ? unknown : `${decimal(worst, 0)} %`}
          </span>
          <span class="modules">{count(node.modules)}</span>
        </>
      )}
    </button>
  );
}
