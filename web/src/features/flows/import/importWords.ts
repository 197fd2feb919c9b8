import type { components } from "../../../api/schema.gen.ts";
import { triggerWords } from "../flowWords.ts";

export type Report = components["schemas"]["ImportReport"];
export type ReportFlow = Report["flows"][number];

/** The name of the folder that a file is brought into: its own, where it says something. */
export function folderOf(file: string): string {
  const name = file
    .replace(/\.(flopack|folder|flow|ya?ml|json)$/i, "")
    .replace(/[_-]+/g, " ")
    .trim();
  return /^workflow$/i.test(name) ? "" : name.slice(0, 100);
}

/** Where only one connection fits, it is chosen. */
export function onlyFits(report: Report): Record<string, string> {
  return Object.fromEntries(
    report.connections.map((c) => [c.key, c.chosen || (c.choices.length === 1 ? (c.choices[0]?.id ?? "") : "")]),
  );
}

/** Whether there is anything that people do after the import. */
export function leaves(report: Report): boolean {
  return report.flows.some((f) => f.secrets.length + valuesToLookAt(f).length > 0);
}

/**
 * Values of the author's own that say something: what has no use here, or is nobody's own - a method, a flag, a
 * number -, is left out, and the same is told once.
 */
export function valuesToLookAt(f: ReportFlow): ReportFlow["values"] {
  const seen = new Set<string>();
  return f.values.filter((v) => {
    const mark = `${v.kind} ${v.text}`;
    if (v.kind === "unused" || (v.kind === "option" && isNobodys(v.text)) || seen.has(mark)) return false;
    seen.add(mark);
    return true;
  });
}

const words =
  /^(get|post|put|patch|delete|head|options|true|false|yes|no|on|off|none|all|any|and|or|asc|desc|json|xml|text|html|plain|-?[\d.]+)$/i;

/** Methods, flags, numbers, and words in capitals, which an API has of its own. */
function isNobodys(text: string): boolean {
  return words.test(text) || /^[A-Z]+(_[A-Z]+)*$/.test(text);
}

/** What an input of a card is called: the last part of its key. */
export function inputName(key: string): string {
  return key.split("/").at(-1) || key;
}

/** What starts a flow that a file brings, as the list of flows says it. */
export function startWords(kind: string): string {
  if (kind === "event") return "An event";
  if (kind === "schedule") return "At set times";
  return triggerWords({ kind: kind as components["schemas"]["TriggerKind"] }) ?? kind;
}
