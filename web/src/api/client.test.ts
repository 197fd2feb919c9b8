import { afterEach, describe, expect, test, vi } from "vitest";
import { address, send } from "./client.ts";
import { Failure, sentence } from "./failure.ts";

afterEach(() => vi.unstubAllGlobals());

describe("address", () => {
  test("names are escaped", () => expect(address("/a/{id}/b", { id: "x/y z" })).toBe("/a/x%2Fy%20z/b"));
  test("what is empty is left out", () =>
    expect(address("/a", {}, { q: "", n: undefined, s: "x&y" })).toBe("/a?s=x%26y"));
  test("false and nought are said", () => expect(address("/a", {}, { on: false, n: 0 })).toBe("/a?on=false&n=0"));
  test("lists are repeated", () =>
    expect(address("/a", {}, { state: ["failed", "waiting"] })).toBe("/a?state=failed&state=waiting"));
});

const failing = (r: Response | Error) => {
  vi.stubGlobal("fetch", async () => {
    if (r instanceof Error) throw r;
    return r;
  });
  return send("get", "/api/v1/flows").then(
    () => undefined,
    (e: unknown) => e as Failure,
  );
};

describe("send", () => {
  test("an error of the API says what came back and by which id", async () => {
    const body = { error: { kind: "invalid", message: "a value is wanted", field: "name", requestId: "r1" } };
    const f = await failing(Response.json(body, { status: 400 }));
    expect(f).toBeInstanceOf(Failure);
    expect([f?.tried, f?.status, f?.kind, f?.message, f?.requestId]).toEqual([
      "GET /api/v1/flows",
      400,
      "invalid",
      "A value is wanted.",
      "r1",
    ]);
    expect([f?.forField("name"), f?.forField("email")]).toEqual(["A value is wanted.", undefined]);
  });
  test("an answer that is no JSON is an error with its status", async () => {
    const f = await failing(new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
    expect([f?.kind, f?.status]).toEqual(["internal", 502]);
    expect(f?.message).toContain("502 Bad Gateway");
  });
  test("JSON that is not the API's is said to be so", async () => {
    expect((await failing(Response.json({ oops: 1 }, { status: 500 })))?.message).toContain("not the API's");
  });
  test("no answer at all is no error of the server", async () => {
    const f = await failing(new TypeError("failed to fetch"));
    expect([f?.kind, f?.status]).toEqual(["unreachable", 0]);
  });
  test("how long to wait is kept", async () => {
    const body = { error: { kind: "too_many", message: "slow down", requestId: "r" } };
    expect((await failing(Response.json(body, { status: 429, headers: { "Retry-After": "7" } })))?.wait).toBe(7);
  });
});

test("messages become sentences", () => {
  expect([sentence("a value is wanted"), sentence("Done!"), sentence("")]).toEqual(["A value is wanted.", "Done!", ""]);
});
