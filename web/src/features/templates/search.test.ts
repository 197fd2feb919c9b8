import { expect, test } from "vitest";
import { byCategory, filterTemplates, type Template } from "./search.ts";

const t = (id: string, more: Partial<Template> = {}): Template => ({
  id,
  title: id,
  category: "A",
  description: "",
  connectors: [],
  events: [],
  ...more,
});

test("words are found in titles, descriptions, systems and events", () => {
  const all = [
    t("Suspicious Activity Reported", { connectors: ["okta", "slack"] }),
    t("Other", { events: ["user.session.start"] }),
  ];
  expect(filterTemplates(all, { q: "slack suspicious" }).map((x) => x.id)).toEqual(["Suspicious Activity Reported"]);
  expect(filterTemplates(all, { q: "session.start" }).map((x) => x.id)).toEqual(["Other"]);
  expect(filterTemplates(all, { q: "nothing" })).toEqual([]);
});
test("a title that has the word comes first", () => {
  const all = [t("b", { description: "mentions okta" }), t("okta thing")];
  expect(filterTemplates(all, { q: "okta" }).map((x) => x.id)).toEqual(["okta thing", "b"]);
});
test("a category narrows, and groups", () => {
  const all = [t("x", { category: "B" }), t("y"), t("z", { category: "B" })];
  expect(filterTemplates(all, { category: "B" })).toHaveLength(2);
  expect(byCategory(all).map(([c, l]) => [c, l.length])).toEqual([
    ["A", 1],
    ["B", 2],
  ]);
});
