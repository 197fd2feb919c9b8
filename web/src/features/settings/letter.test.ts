import { expect, test } from "vitest";
import { canRetry } from "./letter.ts";

test("a letter is tried again as long as it is not sent and its link is good", () => {
  const now = new Date("2026-03-04T12:00:00Z");
  const later = "2026-03-04T13:00:00Z";
  for (const [state, expiresAt, want] of [
    ["queued", later, true],
    ["failed", later, true],
    ["sent", later, false],
    ["expired", later, false],
    ["failed", "2026-03-04T11:00:00Z", false],
  ] as const)
    expect(canRetry({ state, expiresAt }, now), `${state} until ${expiresAt}`).toBe(want);
});
