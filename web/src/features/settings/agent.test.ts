import { expect, test } from "vitest";
import { agentWords } from "./agent.ts";

test("browsers that claim to be others are seen through", () => {
  expect(
    agentWords(
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0",
    ),
  ).toBe("Edge on Windows");
  expect(
    agentWords(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1",
    ),
  ).toBe("Safari on iPhone");
  expect(agentWords("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")).toBe("Firefox on Linux");
});
test("what is unknown is shown as it is", () =>
  expect([agentWords("robot 1"), agentWords("")]).toEqual(["robot 1", "Something that does not say what it is"]));
