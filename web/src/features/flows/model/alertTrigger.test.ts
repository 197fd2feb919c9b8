import { describe, expect, test } from "vitest";
import { alertWith, chosen, listed, startsOn, startsOnAfter } from "./alertTrigger.ts";
import { availableAt } from "./scope.ts";
import { readSource } from "./source.ts";
import { treeOf } from "./tree.ts";

describe("an alert trigger", () => {
  test("is read, one text as several", () => {
    const alert = { rule: "push_bombing", tag: ["attack.t1621", "attack.t1110"], on: ["escalated"] };
    expect(chosen(alert, "rule")).toEqual(["push_bombing"]);
    expect(chosen(alert, "tag")).toEqual(["attack.t1621", "attack.t1110"]);
    expect(chosen(null, "type")).toEqual([]);
    expect(startsOn(alert)).toEqual(["escalated"]);
    expect(startsOn(null)).toEqual(["opened"]);
  });

  test("says as little as it can", () => {
    expect(listed([])).toBeUndefined();
    expect(listed(["a"])).toBe("a");
    expect(listed(["a", "b"])).toEqual(["a", "b"]);
    expect(alertWith({ severity: "high" }, "severity", undefined)).toBeNull();
    expect(alertWith(null, "rule", "push_bombing")).toEqual({ rule: "push_bombing" });
  });

  test("always starts on something", () => {
    expect(startsOnAfter(null, "escalated", true)).toEqual(["opened", "escalated"]);
    expect(startsOnAfter({ on: ["opened", "escalated"] }, "opened", false)).toEqual(["escalated"]);
    expect(startsOnAfter({ on: ["escalated"] }, "escalated", false)).toBeUndefined();
    expect(startsOnAfter({ on: ["escalated"] }, "opened", true)).toEqual(["opened", "escalated"]);
  });

  test("gives the alert, whom it is about, and the event", () => {
    const { source } = readSource("flow: f\ntrigger: { alert: { severity: high } }\ncards: []\n");
    if (!source) throw new Error("no source");
    const tree = treeOf(source);
    expect(tree.trigger.kind).toBe("alert");
    const catalogue = { connectors: new Map(), functions: new Map(), flows: new Map() } as never;
    const paths = availableAt({ tree, catalogue }, ["cards"], 0)
      .find((g) => g.kind === "trigger")
      ?.values.map((v) => v.path.join("."));
    expect(paths).toEqual(expect.arrayContaining(["alert.severity", "entity.login", "event", "event.actor.id"]));
  });
});
