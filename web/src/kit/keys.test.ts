import { expect, test } from "vitest";
import { type Binding, match } from "./keys.ts";

const bind = (keys: string): Binding => ({ keys, label: keys, group: "x", run: () => {} });
const all = [bind("j"), bind("g f"), bind("g o"), bind("f"), bind("Mod+k")];

test("a single key means what is bound to it", () => expect(match(all, "j", null)).toBe(all[0]));
test("the first of two waits", () => expect(match(all, "g", null)).toBe("first"));
test("the second of two goes before a single one", () => expect(match(all, "f", "g")).toBe(all[1]));
test("a second key that leads nowhere counts for itself", () => expect(match(all, "j", "g")).toBe(all[0]));
test("what is not bound means nothing", () => expect(match(all, "q", "g")).toBeNull());
test("what was bound last comes first", () => {
  const later = bind("j");
  expect(match([later, ...all], "j", null)).toBe(later);
});
