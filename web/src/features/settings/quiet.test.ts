import { describe, expect, it } from "vitest";
import { type Day, daysInWords, quietInWords } from "./quiet.ts";

describe("daysInWords", () => {
  it.each<[Day[], string]>([
    [["mon", "tue", "wed", "thu", "fri"], "Monday to Friday"],
    [["sun", "sat"], "Saturday and Sunday"],
    [["mon", "wed", "thu", "fri"], "Monday and Wednesday to Friday"],
    [["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "every day"],
    [["tue"], "Tuesday"],
    [[], ""],
  ])("%j is %s", (days, words) => {
    expect(daysInWords(days)).toBe(words);
  });
});

describe("quietInWords", () => {
  const q = {
    days: ["mon", "tue", "wed", "thu", "fri"] as Day[],
    from: "22:00",
    to: "07:00",
    zone: "Europe/Berlin",
    critical: true,
  };
  it("says that a night ends on the day after", () => {
    expect(quietInWords(q)).toContain("On Monday to Friday from 22:00 to 07:00 on the day after, Europe/Berlin time");
    expect(quietInWords(q)).toContain("at once all the same");
  });
  it("says that a lunch break does not", () => {
    expect(quietInWords({ ...q, from: "12:00", to: "13:00", critical: false })).toContain(
      "from 12:00 to 13:00, Europe",
    );
  });
  it("knows whole days", () => {
    expect(quietInWords({ ...q, from: "00:00", to: "00:00" })).toContain("for 24 hours from 00:00");
  });
});
