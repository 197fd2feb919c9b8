// What a flow does to the world outside, in the flows that it calls too.
import type { components } from "../../api/schema.gen.ts";
import type { Catalogue, Effect } from "./model/catalogue.ts";
import { usedBy } from "./model/ports.ts";
import { readSource } from "./model/source.ts";
import { allCards, type CardNode, objectOf, textOf, treeOf } from "./model/tree.ts";

type Detail = components["schemas"]["FlowDetail"];
export type Readable = Pick<Detail, "id" | "slug" | "title" | "yaml" | "definition">;

export type Doing = {
  title: string;
  kind: string;
  connector?: string;
  effect: Effect;
  /** The connection that it goes through, or else the slot of one. */
  where: string;
  /** The called flow that does it. */
  through?: string;
  /** How many cards do it. */
  cards: number;
};

export type Doings = {
  list: Doing[];
  /** Why the list may not be all, in sentences. */
  unknown: string[];
};

/**
 * What a flow does, and the flows do that it calls: in lanes, on errors, at once or in a run of their own. Each flow is
 * read once. What find does not give, or what cannot be understood, is told as unknown.
 */
export async function doingsOf(
  flow: Readable,
  find: (slug: string) => Promise<Readable | undefined>,
  catalogue: Catalogue,
): Promise<Doings> {
  const done = new Map<string, Doing>();
  const unknown = new Set<string>();
  const seen = new Set([flow.slug]);
  for (let level = [flow]; level.length > 0; ) {
    const slugs = new Set<string>();
    for (const f of level) {
      for (const slug of oneFlow(f, f === flow ? undefined : f.title, catalogue, done, unknown)) slugs.add(slug);
    }
    const fresh = [...slugs].filter((s) => !seen.has(s));
    const found = await Promise.all(fresh.map(find));
    level = [];
    fresh.forEach((slug, i) => {
      seen.add(slug);
      const next = found[i];
      if (next) level.push(next);
      else unknown.add(`It calls ${slug}, which could not be read.`);
    });
  }
  return { list: [...done.values()], unknown: [...unknown] };
}

/** Adds what the cards of one flow do, and returns the slugs of the flows that they call. */
function oneFlow(
  f: Readable,
  through: string | undefined,
  catalogue: Catalogue,
  done: Map<string, Doing>,
  unknown: Set<string>,
): string[] {
  const whose = through ?? "the flow";
  const { source } = readSource(f.yaml);
  if (!source) {
    unknown.add(`The cards of ${whose} could not be read.`);
    return [];
  }
  const tree = treeOf(source);
  const bound = new Map(f.definition?.connections.map((s) => [s.name, s.bound?.name]));
  const calls: string[] = [];
  for (const c of allCards(tree.cards)) {
    calls.push(...calledBy(c));
    if (c.kind !== "action") continue;
    const used = usedBy(c, tree, catalogue);
    if (!used.effect) {
      unknown.add(`What ${textOf(c.data.use)} does in ${whose} is not known.`);
      continue;
    }
    if (used.effect === "read") continue;
    const title = used.action?.title ?? c.title;
    const where = bound.get(used.slot ?? "") || used.slot || "";
    const key = [textOf(c.data.use), where, through ?? ""].join("\n");
    const there = done.get(key);
    if (there) there.cards++;
    else
      done.set(key, {
        title,
        kind: c.kind,
        connector: used.connector?.id,
        effect: used.effect,
        where,
        through,
        cards: 1,
      });
  }
  return calls;
}

/** The flows that a card calls: as what it is, and when it fails. */
function calledBy(c: CardNode): string[] {
  return [c.kind === "call" ? textOf(c.data.call) : "", textOf(objectOf(c.data.on_error).call)].filter(Boolean);
}
