import { explains, type TermName } from "../explain/terms";
import { address, plainClick } from "../state/router";
import { modulePath } from "../state/view";

// A report is shown as its page in HTML has it: what was published is seen as it was,
// and its sentences are the server's in each language. It stands in a shadow tree, so
// that its style and ours do not meet.

/** What the page's own style names, in our colours; links to modules are ours. */
const ours = `
:host { --soft: var(--muted); --rule: var(--line); --warm: var(--warn); --band: var(--chart-band); display: block; }
section { scroll-margin-top: 8px; }
a { color: inherit; text-decoration: none; }
a:hover { color: var(--accent); text-decoration: underline; }
summary { cursor: pointer; }
summary h2 { display: inline-block; }
.headline { margin-top: 4px; }
[data-term]:hover { text-decoration: underline dotted; text-underline-offset: 3px; }
`;

/** So many lines of a table are still shown without being asked for. */
const many = 30;

interface Ways {
  modules: Map<string, string>; // ids by the names as the page writes them
  draft: boolean;
  onGo: (path: string) => void;
}

/** Puts a report's page into a shadow tree. */
export function setPaper(host: HTMLElement, html: string, ways: Ways) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  // A style element would be against the pages' own policy, even in a document that is not shown.
  const style = /<style>([\s\S]*?)<\/style>/.exec(html);
  const page = new DOMParser().parseFromString(html.replace(style?.[0] ?? "", ""), "text/html");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${style?.[1] ?? ""}${ours}`);
  root.adoptedStyleSheets = [sheet];
  page.querySelector("header")?.remove(); // ours says it
  for (const section of page.querySelectorAll("section")) foldLong(section);
  for (const cell of page.querySelectorAll("td:first-child, figcaption span")) linkModule(cell, ways);
  for (const wide of page.querySelectorAll<HTMLElement>(".scroll")) wide.tabIndex = 0; // the arrow keys scroll it
  root.replaceChildren(...page.body.childNodes);
}

/** A long table is opened when it is wanted; that of what is asked for stands open. */
function foldLong(section: Element) {
  const title = section.querySelector("h2");
  if (!title || section.id === "request" || section.querySelectorAll("tr").length < many) return;
  const fold = section.ownerDocument.createElement("details");
  const head = section.ownerDocument.createElement("summary");
  const rest = [...section.childNodes].filter((node) => node !== title);
  head.append(title);
  fold.append(head, ...rest);
  section.replaceChildren(fold);
}

/** The columns of a module's line from its end on, and those from its name on. */
const first: (TermName | undefined)[] = [undefined, undefined, undefined, "devices", "order", "order"];
const last: (TermName | undefined)[] = ["full", "growth", "growth"];

function linkModule(cell: Element, { modules, draft, onGo }: Ways) {
  const id = modules.get(cell.textContent?.trim() ?? "");
  if (id === undefined) return;
  const link = cell.ownerDocument.createElement("a");
  const path = modulePath(id, "");
  link.href = address(path);
  link.onclick = (e) => {
    if (!plainClick(e)) return;
    e.preventDefault();
    onGo(path);
  };
  link.append(...cell.childNodes);
  cell.append(link);
  // The numbers of a draft are those of now, which can be explained.
  const of = cell.closest("section")?.id;
  if (!draft || (of !== "request" && of !== "enough")) return;
  const cells = [...(cell.parentElement?.children ?? [])];
  cells.forEach((one, i) => {
    const term = first[i] ?? last[cells.length - 1 - i];
    if (!term) return;
    for (const [name, value] of Object.entries(explains(term, id))) one.setAttribute(name, value);
  });
}
