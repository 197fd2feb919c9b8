import { expect, test } from "vitest";
import { folderOf, onlyFits, type Report, type ReportFlow, valuesToLookAt } from "./importWords.ts";

test("a folder is called like the file, where that says something", () => {
  expect(folderOf("detect_mfa-fatigue.flopack")).toBe("detect mfa fatigue");
  expect(folderOf("Onboarding.FOLDER")).toBe("Onboarding");
  expect(folderOf("workflow.flopack")).toBe("");
  expect(folderOf(`${"x".repeat(200)}.flow`)).toHaveLength(100);
});

test("the only connection that fits is chosen", () => {
  const c = (key: string, ids: string[], chosen = "") => ({
    key,
    name: key,
    connector: "okta",
    known: true,
    flows: 1,
    choices: ids.map((id) => ({ id, name: id })),
    chosen,
  });
  const report = { connections: [c("a", ["1"]), c("b", ["1", "2"]), c("c", []), c("d", ["1", "2"], "2")] } as unknown;
  expect(onlyFits(report as Report)).toEqual({ a: "1", b: "", c: "", d: "2" });
});

test("a value is told once, and not at all where it has no use", () => {
  const v = (kind: string, text: string) => ({ card: "cards[0]", title: "", key: "k", kind, text });
  const flow = { values: [v("url", "x"), v("url", "x"), v("id", "x"), v("unused", "y")] } as unknown;
  expect(valuesToLookAt(flow as ReportFlow).map((x) => x.kind)).toEqual(["url", "id"]);
});
