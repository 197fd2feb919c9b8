import { CircleHelp, type LucideIcon } from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { aboutKind, isKind, nameOf } from "../visibility/kinds.ts";
import { aspectWords } from "./stepWords.ts";

export type Node = components["schemas"]["AccessNode"];
export type Path = components["schemas"]["AccessPath"];
export type Step = components["schemas"]["AccessStep"];
export type Change = components["schemas"]["AccessChange"];

/** What tells a node from all others. */
export function keyOf(n: Node): string {
  return `${n.kind}/${n.id}#${n.aspect ?? ""}`;
}

/** What a node is, in a word, with its picture. */
export function aboutNode(n: Node): { one: string; icon: LucideIcon } {
  return isKind(n.kind) ? aboutKind(n.kind) : { one: "thing", icon: CircleHelp };
}

/** What a node is called. */
export function nodeName(n: Node): string {
  return nameOf(n);
}

/** What of it is meant, and what it is: "key or secret of an app". */
export function nodeNote(n: Node): string {
  const aspect = aspectWords(n.aspect);
  const { one } = aboutNode(n);
  return aspect ? `${one}, its ${aspect}` : one;
}

/** The steps of some paths with the keys of their ends; those on several of them once. */
export function stepsOf(paths: Path[]): (Step & { ends: { from: string; to: string } })[] {
  const seen = new Map<string, Step & { ends: { from: string; to: string } }>();
  for (const p of paths) {
    for (const s of p.steps) {
      const ends = { from: keyOf(s.from), to: keyOf(s.to) };
      const key = `${ends.from}\n${ends.to}`;
      if (!seen.has(key)) seen.set(key, { ...s, ends });
    }
  }
  return [...seen.values()];
}
