import { describe, expect, test } from "vitest";
import {
  addressesHold,
  addressProblem,
  type Call,
  type DraftedCall,
  emptyCall,
  emptyDraft,
  idOf,
  missingInputs,
  pairsOf,
  pairsText,
  withCalls,
  withExample,
} from "./draft.ts";

const call = (id: string): Call => ({ ...emptyCall, id });
const example: DraftedCall = {
  baseUrl: "https://h.example",
  auth: { kind: "api_key", header: "X-Key" },
  call: call("get_user"),
  more: ["signature"],
  secrets: { api_key: "k" },
  notes: [],
};

describe("a draft", () => {
  test("has an ID made of its title", () => {
    expect(idOf("  HR System (EU) ")).toBe("own_hr_system_eu");
  });
  test("keeps calls apart that have the same name", () => {
    expect(withCalls({ ...emptyDraft, calls: [call("a")] }, [call("a"), call("a")]).calls.map((c) => c.id)).toEqual([
      "a",
      "a_2",
      "a_3",
    ]);
  });
  test("takes address, sign-in and secrets of the first example, and holds no secret's value", () => {
    const d = withExample(emptyDraft, example);
    expect(d).toMatchObject({
      baseUrl: "https://h.example",
      auth: { kind: "api_key", header: "X-Key" },
      secrets: ["signature"],
    });
    expect(JSON.stringify(d)).not.toContain('"k"');
    const again = withExample(d, { ...example, baseUrl: "https://other.example", auth: { kind: "basic" } });
    expect(again).toMatchObject({ baseUrl: "https://h.example", auth: { kind: "api_key" } });
    expect(again.calls).toHaveLength(2);
  });
  test("reads pairs by line, and writes them", () => {
    const pairs = [
      { name: "Accept", value: "a:b" },
      { name: "X", value: "" },
    ];
    expect(pairsOf("Accept: a:b\n\nX")).toEqual(pairs);
    expect(pairsText(pairs)).toBe("Accept: a:b\nX: ");
  });
  test("knows which inputs it refers to and does not have", () => {
    const c = { ...call("a"), path: "/u/{{ inputs.user }}", body: '{"x": "{{inputs.x}}"}', inputs: [{ name: "user" }] };
    expect(missingInputs(c)).toEqual(["x"]);
  });
});

test("an address has a scheme and a host, and no query where paths are joined to it", () => {
  const fine = ["", "https://api.example.com/v1", "http://127.0.0.1:8080", "https://{{ settings.domain }}/api"];
  expect(fine.filter((a) => addressProblem(a))).toEqual([]);
  const wrong = ["not a url", "api.example.com", "ftp://x.example", "https://", "https:///v1", "https://a.example?x=1"];
  expect(wrong.filter((a) => !addressProblem(a))).toEqual([]);
  expect(addressProblem("https://a.example/token?x=1", true)).toBeUndefined();
  expect(addressesHold({ ...emptyDraft, baseUrl: "not a url" })).toBe(false);
  expect(addressesHold({ ...emptyDraft, auth: { kind: "oauth2_client_credentials", tokenUrl: "nowhere" } })).toBe(
    false,
  );
});
