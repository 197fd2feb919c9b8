import { expect, test } from "vitest";
import { type Expression, origin, pieces, type Reference, sourceCard } from "./pieces.ts";

const ref = (text: string, more: Partial<Reference> = {}): Reference => ({
  text,
  from: "event",
  path: text.split(".").slice(1),
  ...more,
});
const template = (value: unknown, ...references: Reference[]): Expression => ({ kind: "template", value, references });

test("text and references stand in their order", () => {
  const name = ref("event.actor.displayName");
  const got = pieces(template("Hello {{ event.actor.displayName }}!", name));
  expect(got).toEqual([{ text: "Hello " }, { ref: name }, { text: "!" }]);
});
test("the same reference may stand twice", () => {
  const r = ref("event.uuid");
  expect(pieces(template("{{event.uuid}}{{ event.uuid }}", r))).toEqual([{ ref: r }, { ref: r }]);
});
test("braces that are no reference stay text", () => {
  expect(pieces(template("a {{ b }} {{ event.x }}", ref("event.x")))[0]).toEqual({ text: "a {{ b }} " });
});
test("objects are written as JSON with their references", () => {
  const r = ref("event.uuid");
  expect(pieces(template({ id: "{{ event.uuid }}" }, r))).toEqual([{ text: '{"id":"' }, { ref: r }, { text: '"}' }]);
});
test("a literal is one text, the empty one none", () => {
  expect(pieces({ kind: "literal", value: true, references: [] })).toEqual([{ text: "true" }]);
  expect(pieces({ kind: "literal", value: "", references: [] })).toEqual([]);
});
test("a reference says whose value it is", () => {
  expect(origin(ref("details.text", { from: "card", card: "details", title: "What was reported" }))).toEqual({
    of: "What was reported",
    what: "text",
  });
  expect(origin(ref("user.profile.login", { from: "item" }))).toEqual({ of: "user", what: "profile.login" });
});
test("a reference leads to its card", () => {
  expect(sourceCard(ref("details.text", { from: "card", card: "details" }))).toBe("details");
  expect(sourceCard(ref("steps.clear.state", { from: "steps" }))).toBe("clear");
  expect([sourceCard(ref("event.uuid")), sourceCard(ref("options.x", { from: "options" }))]).toEqual([
    "trigger",
    undefined,
  ]);
});
