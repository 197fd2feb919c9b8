import type { components } from "../../api/schema.gen.ts";

export type Quiet = components["schemas"]["QuietHours"];
export type Day = Quiet["days"][number];

export const dayNames: Record<Day, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

export const dayList = Object.keys(dayNames) as Day[];

/** Days in words: runs of three and more are spans. */
export function daysInWords(days: Day[]): string {
  const on = dayList.map((d) => days.includes(d));
  if (on.every(Boolean)) return "every day";
  const parts: string[] = [];
  for (let i = 0; i < on.length; i++) {
    if (!on[i]) continue;
    let end = i;
    while (on[end + 1]) end++;
    const first = dayNames[dayList[i] as Day];
    const last = dayNames[dayList[end] as Day];
    if (end - i >= 2) parts.push(`${first} to ${last}`);
    else parts.push(...(end > i ? [first, last] : [first]));
    i = end;
  }
  const tail = parts.pop();
  return parts.length > 0 ? `${parts.join(", ")} and ${tail}` : (tail ?? "");
}

/** What quiet hours do, in words. */
export function quietInWords(q: Quiet): string {
  if (q.days.length === 0) return "Never: no day is chosen.";
  const over = q.to <= q.from;
  const allDay = q.from === q.to;
  const days = daysInWords(q.days);
  const said = days === "every day" ? "Every day" : `On ${days}`;
  const span = allDay ? `for 24 hours from ${q.from}` : `from ${q.from} to ${q.to}${over ? " on the day after" : ""}`;
  const critical = q.critical ? " Critical alerts are told of at once all the same." : " Critical alerts wait, too.";
  return `${said} ${span}, ${q.zone} time, nothing is sent. When it is over, all that was held back comes in one message.${critical}`;
}
