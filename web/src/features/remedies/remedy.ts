// What can be done about what was found, and plans of doing it, in words.

import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";

export type Playbook = components["schemas"]["Playbook"];
export type PlaybookInput = components["schemas"]["PlaybookInput"];
export type Remedy = components["schemas"]["Remedy"];
export type RemedyDetail = components["schemas"]["RemedyDetail"];
export type RemedyStep = components["schemas"]["RemedyStep"];
export type RemedyState = components["schemas"]["RemedyState"];
export type StepState = components["schemas"]["RemedyStepState"];
export type Cause = components["schemas"]["RemedyCause"];

/** What a plan would be for. */
export type Subject = { kind?: string; id: string; part?: string; name: string };

/** Has all that shows plans read them again. */
export function remediesStale() {
  return stale("/api/v1/remedies", "/api/v1/remedies/{remedy}", "/api/v1/actions");
}

/**
 * The playbooks that can be applied to something: first those that repair what a
 * check found, then the others of its kind. A playbook for a setting is for one
 * setting alone, and so it is only offered where it repairs.
 */
export function fitting(books: Playbook[], of: { kind?: string; check?: string }): Playbook[] {
  const fixes = (b: Playbook) => of.check !== undefined && b.fixes.includes(of.check);
  return books
    .filter((b) => {
      if (b.for === "setting" || !of.kind) return fixes(b);
      return b.for === of.kind;
    })
    .sort((a, b) => Number(fixes(b)) - Number(fixes(a)) || a.title.localeCompare(b.title));
}

/** The inputs that name a part of an object: a rule of a policy, a key of an app. */
const parts = ["rule", "key", "secret", "factor", "assignment", "scope"];

/** What the inputs of a playbook are at first: what is known, else the part that was found, else what stands for it. */
export function firstInputs(
  b: Playbook,
  part: string | undefined,
  given: Record<string, string> = {},
): Record<string, string> {
  const wanted = b.inputs.find((i) => i.required && parts.includes(i.name));
  return Object.fromEntries(
    b.inputs.map((i) => {
      const standard = i.default === undefined ? "" : textOf(i.default);
      return [i.name, given[i.name] ?? (i === wanted && part ? part : standard)];
    }),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What was typed for a playbook's inputs, as it is sent. What is left empty is left out. */
export function inputsOf(b: Playbook, typed: Record<string, string>): Record<string, unknown> | undefined {
  const out: Record<string, unknown> = {};
  for (const i of b.inputs) {
    const text = typed[i.name]?.trim();
    if (text) out[i.name] = sentAs(text, i.default);
  }
  return Object.keys(out).length > 0 ? out : undefined;
}

/** Texts are texts. Lists, objects, and what stands for a number or a switch are JSON. */
function sentAs(text: string, standard: unknown): unknown {
  const structured = /^[[{]/.test(text) || (standard !== undefined && typeof standard !== "string");
  if (!structured) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The inputs that are still missing. */
export function missingInputs(b: Playbook, typed: Record<string, string>): PlaybookInput[] {
  return b.inputs.filter((i) => i.required && !typed[i.name]?.trim());
}

/** The path of a call, without the host that all calls of a plan have. */
export function pathOf(url: string): string {
  try {
    const u = new URL(url);
    return u.pathname + u.search;
  } catch {
    return url;
  }
}

export type Deeds = { run?: "Run it" | "Ask for approval"; decide: boolean; stop: boolean; undo: boolean };

/** What can be done with a plan as it stands, by somebody who may do all of it. */
export function deedsOf(r: Pick<Remedy, "state" | "needs" | "canApprove" | "canUndo" | "steps" | "stop">): Deeds {
  const ready = r.state === "draft" && r.steps.planned > 0 && !r.stop;
  return {
    run: ready ? (r.needs ? "Ask for approval" : "Run it") : undefined,
    decide: r.state === "waiting" && r.canApprove,
    stop: r.state === "running",
    undo: r.canUndo,
  };
}

/** How the steps of a plan stand, in one line. */
export function tallyWords(t: Remedy["steps"]): string {
  const words: [number, string][] = [
    [t.failed, "failed"],
    [t.done, "done"],
    [t.undone, "undone"],
    [t.planned, "to do"],
    [t.barred, "barred"],
    [t.skipped, "nothing to do"],
  ];
  const some = words.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return some.length > 0 ? some.join(", ") : "no steps";
}

/** Whether a plan still moves by itself. */
export function moving(state: RemedyState): boolean {
  return state === "running" || state === "undoing";
}
