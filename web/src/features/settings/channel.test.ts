import { expect, test } from "vitest";
import { bodyOf, type Channel, placeOf, placeProblem, toggled, typedPlaces } from "./channel.ts";

test("places are told apart by commas", () => {
  expect(typedPlaces(" a@b.c , d@e.f,, ")).toEqual(["a@b.c", "d@e.f"]);
  expect(typedPlaces("")).toEqual([]);
});

test("a place that cannot be is named while it is typed", () => {
  for (const [connector, text] of [
    ["slack", ""],
    ["slack", "#soc"],
    ["slack", "C024BE91L"],
    ["mail", "soc@acme.com, a@b"],
    ["http", "https://siem.acme.com/x"],
  ] as const)
    expect(placeProblem(connector, text), text).toBeUndefined();
  for (const [connector, text] of [
    ["slack", "security"],
    ["slack", "#a, #b"],
    ["mail", "soc@acme.com, chief"],
    ["http", "/a, /b"],
  ] as const)
    expect(placeProblem(connector, text), text).toBeTruthy();
});

const channel = {
  id: "c1",
  name: "SOC",
  connection: { id: "s1", name: "Slack" },
  to: ["#soc"],
  severity: "high",
  types: [],
  rules: [{ id: "r1", name: "A rule" }],
  moments: ["opened"],
  enabled: true,
} as unknown as Channel;

test("what is changed is what there was", () => {
  expect(bodyOf(channel)).toMatchObject({ name: "SOC", connection: "s1", to: ["#soc"], rules: ["r1"], enabled: true });
  expect(bodyOf().enabled).toBe(true);
  expect(placeOf(channel)).toBe("Slack, #soc");
  expect(placeOf({ ...channel, connection: { id: "s1", name: "" } })).toBe("a connection that was deleted, #soc");
});

test("a choice is put in and taken out", () => {
  expect(toggled(["a"], "b", true)).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a", false)).toEqual(["b"]);
});
