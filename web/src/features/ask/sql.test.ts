import { describe, expect, it } from "vitest";
import { csvOf, nameOf, sorted, sqlParts } from "./sql.ts";

describe("sqlParts", () => {
  it("tells words, texts and comments, and loses nothing", () => {
    const line = "SELECT login, 'it''s' FROM \"people\" WHERE x - 1 > 2 -- select";
    const parts = sqlParts(line);
    expect(parts.map((p) => p.text).join("")).toBe(line);
    expect(parts.filter((p) => p.kind === "key").map((p) => p.text)).toEqual(["SELECT", "FROM", "WHERE"]);
    expect(parts.find((p) => p.kind === "string")?.text).toBe("'it''s'");
    expect(parts.at(-1)).toEqual({ text: "-- select", kind: "comment" });
  });
});

describe("sorted", () => {
  it("sorts numbers as numbers, texts by their numbers, and null last both ways", () => {
    const rows = [[10], [null], [9]];
    expect(sorted(rows, 0, false)).toEqual([[9], [10], [null]]);
    expect(sorted(rows, 0, true)).toEqual([[10], [9], [null]]);
    expect(sorted([["b10"], ["b9"]], 0, false)).toEqual([["b9"], ["b10"]]);
  });
});

describe("csvOf", () => {
  it("quotes what has to be, and disarms formulas", () => {
    expect(
      csvOf(
        [{ name: "a" }, { name: "b" }],
        [
          ["x,y", '"'],
          ["=1+1", -1],
          [" ＝1", "a=b"],
          [null, true],
        ],
      ),
    ).toBe('a,b\r\n"x,y",""""\r\n\'=1+1,-1\r\n\' ＝1,a=b\r\n,true\r\n');
  });
});

describe("nameOf", () => {
  it("makes a name", () => {
    expect(nameOf(" Who sleeps, & why? ")).toBe("who-sleeps-why");
  });
});
