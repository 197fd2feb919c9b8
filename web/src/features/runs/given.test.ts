import { expect, test } from "vitest";
import type { PictureCard, PictureFlow } from "../flows/picture/card.ts";
import { withData } from "./given.ts";
import type { Step } from "./overlay.tsx";

const card = (id: string, lanes: PictureCard["lanes"] = []): PictureCard => ({
  id,
  title: id,
  kind: "action",
  use: "",
  path: [],
  line: 1,
  rows: [
    { name: "user", title: "User", path: ["with", "user"] },
    { name: "if", title: "if", path: ["if"], code: "user" },
  ],
  gives: [],
  lanes,
  ends: false,
});
const flow: PictureFlow = {
  trigger: {
    kind: "on_demand",
    title: "",
    rows: [{ name: "Limit", text: "number", input: "limit" }, { text: "fixed" }],
  },
  cards: [card("outer", [{ key: "do", label: "", path: [], cards: [card("inner")] }]), card("unreached")],
};
const steps: Record<string, unknown> = {
  outer: { user: { id: "00u1" }, if: true },
  inner: { user: "x".repeat(300) },
};

test("cards show what they were given, and the flow what it was", () => {
  const shown = withData(flow, (c) => (c in steps ? ({ input: steps[c] } as Step) : undefined), { limit: 5 });
  expect(shown.trigger.rows.map((r) => r.text)).toEqual(["5", "fixed"]);
  expect(shown.cards[0]?.rows.map((r) => r.given)).toEqual(['{"id":"00u1"}', undefined]);
  expect(shown.cards[0]?.lanes[0]?.cards[0]?.rows[0]?.given).toBe(`${"x".repeat(200)}…`);
  expect(shown.cards[1]).toEqual(flow.cards[1]);
});

test("without data the flow is shown as it is written", () => {
  expect(withData(flow, () => ({ input: undefined }) as Step, undefined)).toEqual(flow);
});
