// MITRE ATT&CK, as the tags of rules name it: attack.t1621, attack.credential-access.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";

export type Attack = components["schemas"]["Attack"];

/** The tactics and techniques that there are, by which tags are named. */
export function useAttack(): Attack | undefined {
  return useQuery({ ...read("/api/v1/attack", {}), staleTime: Number.POSITIVE_INFINITY }).data;
}

export type AttackTag = { tag: string; id?: string; name: string; kind: "tactic" | "technique" };

/** What tags say of ATT&CK, the tactics first. Others are left out. */
export function attackTags(tags: string[], attack: Attack | undefined): AttackTag[] {
  const out = tags.flatMap((tag): AttackTag[] => {
    const word = /^attack\.(.+)$/.exec(tag)?.[1];
    if (!word) return [];
    if (/^t\d/.test(word)) {
      const id = word.toUpperCase();
      return [{ tag, id, name: attack?.techniques.find((t) => t.id === id)?.name ?? "", kind: "technique" }];
    }
    const name = attack?.tactics.find((t) => t.id === word)?.name;
    return [{ tag, name: name ?? word.replaceAll("-", " "), kind: "tactic" }];
  });
  return out.sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "tactic" ? -1 : 1));
}

/** The types that alerts have, by which people choose them. */
export function useAlertTypes() {
  return useQuery({ ...read("/api/v1/alert-types", {}), staleTime: Number.POSITIVE_INFINITY }).data;
}
