import { expect, test } from "vitest";
import type { Path, Step } from "./node.ts";
import { keyOf, nodeNote, stepsOf } from "./node.ts";
import { pathWords, strengthWords } from "./pathWords.ts";

const ada = { kind: "user", id: "00u1", name: "ada@acme.example" } as const;
const admins = { kind: "group", id: "00g1", name: "Admins" } as const;
const top = { kind: "role", id: "SUPER_ADMIN", name: "SUPER_ADMIN" } as const;
const client = { kind: "app", id: "0oa1", name: "CI", aspect: "credential" } as const;

const step = (from: Step["from"], to: Step["to"], kind: Step["kind"]): Step => ({
  from,
  to,
  kind,
  why: "",
  confidence: "H",
  changes: [],
});

const path: Path = {
  start: ada,
  end: top,
  confidence: "H",
  steps: [step(ada, admins, "MEMBER_OF"), step(admins, top, "ROLE_VIA_GROUP")],
};

test("a path reads as a sentence", () => {
  expect(pathWords(path)).toBe("is a member of Admins › gives its members Super Administrator");
  expect(strengthWords("none")).toBe("no second factor");
});

test("a step on several paths is there once, and an aspect makes another node", () => {
  expect(stepsOf([path, path]).map((s) => s.ends.to)).toEqual(["group/00g1#", "role/SUPER_ADMIN#"]);
  expect(keyOf(client)).toBe("app/0oa1#credential");
  expect(nodeNote(client)).toBe("app, its key or secret");
});
