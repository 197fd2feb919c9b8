import { afterEach, expect, test, vi } from "vitest";
import { call, onStepUp } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { answerProof, askProof } from "./stepUp.ts";

const stale = () =>
  new Response(JSON.stringify({ error: { kind: "step_up", message: "prove it", requestId: "r" } }), { status: 403 });

afterEach(() => {
  vi.unstubAllGlobals();
  onStepUp(undefined);
});

test("what was asked is asked again once the proof was given", async () => {
  const fetched = vi
    .fn()
    .mockResolvedValueOnce(stale())
    .mockResolvedValueOnce(Response.json({ codes: ["a"] }));
  vi.stubGlobal("fetch", fetched);
  onStepUp(askProof);
  const made = call("post", "/api/v1/session/recovery-codes", {});
  await vi.waitFor(() => expect(fetched).toHaveBeenCalledTimes(1));
  await new Promise((go) => setTimeout(go));
  answerProof(true);
  expect(await made).toEqual({ codes: ["a"] });
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("who gives none is told that nothing was done", async () => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(stale()));
  onStepUp(async () => false);
  const error = await call("post", "/api/v1/session/recovery-codes", {}).catch((e) => e);
  expect(error).toBeInstanceOf(Failure);
  expect(error.kind).toBe("step_up");
});

test("calls at the same time share one question", () => {
  const first = askProof();
  expect(askProof()).toBe(first);
  answerProof(false);
  expect(askProof()).not.toBe(first);
  answerProof(false);
});
