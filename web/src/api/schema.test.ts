// @vitest-environment node
import { readFile } from "node:fs/promises";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

test("the types are those of the API's own description", async () => {
  const description = new URL("../../../internal/api/testdata/openapi.json", import.meta.url);
  const made = COMMENT_HEADER + astToString(await openapiTS(description));
  const kept = await readFile(new URL("schema.gen.ts", import.meta.url), "utf8");
  // A difference of two long files says less than what is to be done.
  expect(made.trim() === kept.trim(), "schema.gen.ts is stale: make gen").toBe(true);
});
