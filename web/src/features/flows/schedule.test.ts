import { expect, test } from "vitest";
import { scheduleWords } from "./schedule.ts";

test("the usual forms are words", () => {
  const words: [cron: string, said: string][] = [
    ["00 0 9 */1 * *", "every day at 09:00, Europe/Oslo"],
    ["30 7 * * *", "every day at 07:30, Europe/Oslo"],
    ["0 9,17 * * ?", "every day at 09:00 and 17:00, Europe/Oslo"],
    ["@daily", "every day at 00:00, Europe/Oslo"],
    ["0 8 * * 1", "Mondays at 08:00, Europe/Oslo"],
    ["0 8 * * mon,THU", "Mondays and Thursdays at 08:00, Europe/Oslo"],
    ["0 0 8 * * 1-5", "Mondays to Fridays at 08:00, Europe/Oslo"],
    ["0 8 * * 0-6", "every day at 08:00, Europe/Oslo"],
    ["15 6 1 * *", "on day 1 of each month at 06:15, Europe/Oslo"],
    ["*/15 * * * *", "every 15 minutes"],
    ["0 0/5 * * * *", "every 5 minutes"],
    ["* * * * *", "every minute"],
    ["0 5 * * * *", "every hour at 5 past"],
    ["0 * * * *", "every hour"],
    ["0 */6 * * *", "every 6 hours"],
    ["@every 90m", "every 90m"],
  ];
  expect(words.map(([cron]) => [cron, scheduleWords(cron, "Europe/Oslo")])).toEqual(words);
  expect(scheduleWords("0 9 * * *")).toBe("every day at 09:00, UTC");
});

test("what words would get wrong stays cron", () => {
  const odd = ["", "x", "*/7 * * * *", "30 0 9 * * *", "0 9 1 * 1", "0 9 * 6 *", "0 9-17 * * *", "61 9 * * *"];
  const more = ["0 24 * * *", "0 9 * * 7", "0 9 * * 5-1", "0 9 32-40 * *", "0 9 0 * *", "*/15 9 * * 1", "0 9 L * *"];
  expect([...odd, ...more].filter((c) => scheduleWords(c) !== undefined)).toEqual([]);
  expect(scheduleWords(undefined)).toBeUndefined();
});
