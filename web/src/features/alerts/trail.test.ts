import { expect, test } from "vitest";
import type { Entry } from "./alert.ts";
import { entryText, entryWords } from "./trail.ts";

const by = { id: "1", name: "Ada" };
const entry = (e: Partial<Entry>): Entry => ({ at: "2026-01-01T00:00:00Z", of: "a", kind: "state", by, ...e });

test.each<[Partial<Entry>, string]>([
  [{ kind: "opened", by: undefined }, "It was opened"],
  [{ is: "acknowledged", was: "open" }, "set it to acknowledged"],
  [{ is: "open", was: "closed" }, "reopened it"],
  [{ is: "closed" }, "closed it"],
  [{ kind: "verdict", is: "true_positive" }, "found: true positive"],
  [{ kind: "assignee", is: "Grace" }, "gave it to Grace"],
  [{ kind: "assignee", was: "Grace" }, "took it from Grace"],
  [{ kind: "severity", was: "low", is: "high" }, "set the severity from low to high"],
  [{ kind: "severity", was: "low", is: "high", by: undefined }, "The severity went from low to high"],
  [{ kind: "joined", is: "1" }, "added one alert"],
  [{ kind: "comment", text: "[x] Call them" }, "did: Call them"],
])("an entry reads as a sentence: %o", (e, words) => {
  expect(entryWords(entry(e))).toBe(words);
});

test("a step is not told twice", () => {
  expect(entryText(entry({ kind: "comment", text: "[x] Call them" }))).toBe("");
  expect(entryText(entry({ kind: "comment", text: "Called them." }))).toBe("Called them.");
});
