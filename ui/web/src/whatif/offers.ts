import type { TreeNode } from "../api/types";
import type { DomainOfRow } from "../api/whatif";
import { hasWords } from "../words";

/** What a field offers to be picked. */
export interface Offer {
  value: string;
  name: string;
  note: string;
}

/** So many are listed; typing finds the others. */
const most = 40;

/** The offers in which every typed word is found. */
export function matching(offers: Offer[], typed: string): Offer[] {
  const fits = hasWords(typed);
  const found: Offer[] = [];
  for (const offer of offers) {
    const text = `${offer.value} ${offer.name}`.toLowerCase();
    if (fits(text) && found.push(offer) === most) break;
  }
  return found;
}

/** The nodes of the business tree in the order of their paths; level "" for all levels. */
export function nodeOffers(nodes: TreeNode[], level = ""): Offer[] {
  return nodes
    .filter((node) => level === "" || node.level === level)
    .map((node) => ({ value: node.id, name: node.path.join(" › "), note: node.level }))
    .sort((a, b) => natural.compare(a.name, b.name));
}

const natural = new Intl.Collator("en", { numeric: true });

/** A failure domain that is the largest one of some modules. */
export interface KnownDomain {
  label: string;
  value: string;
  modules: number; // of which it is the largest
}

/** The domains of the rows, those of the most modules first. */
export function knownDomains(rows: DomainOfRow[]): KnownDomain[] {
  const known = new Map<string, KnownDomain>();
  for (const { largest_domain: domain } of rows) {
    if (!domain?.value) continue; // a single device, which has no name
    const { label, value } = domain;
    const key = `${label}=${value}`;
    const have = known.get(key) ?? { label, value, modules: 0 };
    have.modules++;
    known.set(key, have);
  }
  return [...known.values()].sort((a, b) => b.modules - a.modules || natural.compare(a.value, b.value));
}
