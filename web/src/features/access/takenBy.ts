// Which playbook takes a step of a path away, and what it is told.

import type { Playbook, Subject } from "../remedies/remedy.ts";
import { nameOf } from "../visibility/kinds.ts";
import type { Change } from "./node.ts";

type End = NonNullable<Change["from"]>;

/** What is to be planned: with what, for what, and what the playbook is told beside it. */
export type TakenBy = { playbook: string; subject: Subject; inputs: Record<string, string> };

/** How a change can be planned, or nothing where no playbook makes it. */
export function takenBy(change: Change, books: Playbook[]): TakenBy | undefined {
  const { from, to, entity } = change;
  if (change.do === "remove" && from && to) return ended(change.relation ?? "", { from, to, id: change.id }, books);
  if (!entity) return undefined;
  const wanted = change.do === "deactivate" || change.do === "revoke" ? `${change.do}_${entity.kind}` : undefined;
  const book = books.find((b) => b.id === wanted && b.for === entity.kind);
  return book && { playbook: book.id, subject: subjectOf(entity), inputs: {} };
}

/** The end of a relation. What it is applied to is where the relation begins, but of owners the group. */
function ended(relation: string, of: { from: End; to: End; id?: string }, books: Playbook[]): TakenBy | undefined {
  const on = relation === "owns" ? of.to : of.from;
  const other = relation === "owns" ? of.from : of.to;
  const named = [relation, `${of.from.kind}.${relation}`];
  const book = books.find((b) => b.for === on.kind && b.removes.some((r) => named.includes(r)));
  return book && { playbook: book.id, subject: subjectOf(on), inputs: told(book, relation, other, of.id) };
}

/** The one input that is wanted: the assignment or grant where it has an id, else the other end. */
function told(b: Playbook, relation: string, other: End, id: string | undefined): Record<string, string> {
  const wanted = b.inputs.find((i) => i.required);
  const value = relation === "has_role" ? id : relation === "granted_scope" ? (id ?? other.id) : other.id;
  return wanted && value ? { [wanted.name]: value } : {};
}

function subjectOf(r: End): Subject {
  return { kind: r.kind, id: r.id, name: nameOf(r) };
}
