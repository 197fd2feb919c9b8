import { expect, test } from "vitest";
import type { CaseDetail } from "./story.ts";
import { storyOf } from "./story.ts";

test("what happened stands in the order in which it happened, each once", () => {
  const story = storyOf({
    alertList: [{ id: "a", createdAt: "2026-01-01T10:02:00Z" }],
    events: [{ uuid: "e", published: "2026-01-01T10:01:59.5Z" }],
    runs: [{ id: "r", createdAt: "2026-01-01T10:03:00Z" }],
    actions: [{ id: "x", startedAt: "2026-01-01T10:03:01Z" }],
    timeline: [
      { at: "2026-01-01T10:02:00Z", kind: "opened", of: "a" },
      { at: "2026-01-01T10:02:30Z", kind: "case", of: "a" },
      { at: "2026-01-01T10:05:00Z", kind: "comment", of: "a", text: "hm" },
    ],
  } as unknown as CaseDetail);
  expect(story.map((m) => m.kind)).toEqual(["event", "alert", "run", "action", "entry"]);
  expect(story.at(-1)).toMatchObject({ alert: { id: "a" } });
});
