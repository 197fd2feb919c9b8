import { expect, test } from "vitest";
import {
  byCall,
  byCard,
  firstToSee,
  inOrder,
  overlaysOf,
  roundOf,
  type Step,
  timed,
  tookOf,
  worst,
} from "./overlay.tsx";
import { type StepState, stepLook } from "./runState.tsx";

const step = (card: string, state: StepState, more: Partial<Step> = {}): Step => ({
  path: card,
  seq: 1,
  flow: { id: "f", name: "" },
  version: 1,
  card,
  title: card,
  state,
  attempt: 1,
  startedAt: "2025-11-21T14:00:00Z",
  endedAt: "2025-11-21T14:00:01.200Z",
  ...more,
});

test("of several rounds the worst is shown", () => {
  expect(worst([step("a", "done"), step("a", "failed"), step("a", "refused")])?.state).toBe("failed");
  expect(worst([])).toBeUndefined();
});
test("the cards of helpers are not those of the flow, and each call has its own", () => {
  const other = { flow: { id: "other", name: "" } };
  const calls = byCall(
    [
      step("a", "done"),
      step("a", "done", { path: "a#2" }),
      step("call", "done", { path: "each#1/call", kind: "call" }),
      step("a", "failed", { path: "each#1/call/a", ...other }),
      step("a", "done", { path: "each#2/call/a", ...other }), // its call is under way
      step("a", "refused", { path: "each#1/call/if/a", ...other }),
    ],
    "f",
  );
  expect([...calls.keys()]).toEqual(["", "each#1/call", "=other"]);
  expect(
    byCard(calls.get("") ?? [])
      .get("a")
      ?.map((s) => s.state),
  ).toEqual(["done", "done"]);
  expect(
    byCard(calls.get("each#1/call") ?? [])
      .get("a")
      ?.map((s) => s.state),
  ).toEqual(["failed", "refused"]);
});
test("a card that failed is marked so", () => {
  const o = overlaysOf([step("a", "failed"), step("b", "refused"), step("c", "done")]);
  expect([o.get("a")?.tone, o.get("b")?.tone, o.get("c")?.tone, o.get("d")]).toEqual([
    "bad",
    "warn",
    "plain",
    undefined,
  ]);
});
test("what failed is seen first, before what was refused", () => {
  expect(firstToSee([step("a", "done"), step("b", "refused"), step("c", "failed")])?.card).toBe("c");
  expect(firstToSee([step("a", "done")])).toBeUndefined();
});
test("the innermost round counts", () => {
  expect([roundOf("tell"), roundOf("each#3/tell"), roundOf("each#3/inner#12/tell")]).toEqual([undefined, 3, 12]);
});
test("what has not ended took no time yet", () => {
  expect([tookOf(step("a", "done")), tookOf(step("a", "started", { endedAt: undefined }))]).toEqual(["1.2 s", ""]);
});

test("an if stands before what is in it, fractions of a second or not", () => {
  const at = (card: string, startedAt: string, seq: number) => step(card, "done", { path: card, seq, startedAt });
  const steps = [
    at("inner", "2025-11-21T14:00:00.5Z", 1),
    at("if", "2025-11-21T14:00:00.25Z", 2),
    at("first", "2025-11-21T14:00:00Z", 3),
  ];
  expect(inOrder(steps).map((s) => s.card)).toEqual(["first", "if", "inner"]);
});

test("an action began when the ledger says so", () => {
  const action = { id: "a1", startedAt: "2025-11-21T13:59:59.500Z" } as Parameters<typeof timed>[1][number];
  const [acted, other] = timed([step("a", "done", { action: "a1" }), step("b", "done")], [action]);
  expect([acted && tookOf(acted), other && tookOf(other)]).toEqual(["1.7 s", "1.2 s"]);
});

test("a card that ends the flow on a condition says whether it did", () => {
  const ends = { kind: "fail", state: "done" } as const;
  expect(stepLook({ ...ends, input: { if: false } }).label).toBe("Passed by");
  expect(stepLook({ ...ends, input: { reason: "not contained" } })).toMatchObject({
    label: "Ended the run",
    tone: "bad",
  });
  expect(stepLook({ kind: "function", state: "done", input: { if: false } }).label).toBe("Done");
});
