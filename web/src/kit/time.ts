// How times and durations read.

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export type Zone = "local" | "utc";

const forms = new Map<string, Intl.DateTimeFormat>();

function form(zone: Zone, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + name;
  let f = forms.get(key);
  if (!f) {
    f = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone === "utc" ? "UTC" : undefined });
    forms.set(key, f);
  }
  return f;
}

const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const clockSeconds: Intl.DateTimeFormatOptions = { ...clock, second: "2-digit" };

/** 14:02:11, with a Z in UTC. */
export function clockTime(at: Date, zone: Zone): string {
  return form(zone, "clock", clockSeconds).format(at) + (zone === "utc" ? "Z" : "");
}

/** 21 Nov 2025, 14:02:11 UTC+1 */
export function absolute(at: Date, zone: Zone): string {
  const date = form(zone, "date", { day: "numeric", month: "short", year: "numeric" }).format(at);
  const time = form(zone, "clockzone", { ...clockSeconds, timeZoneName: "short" }).format(at);
  return `${date}, ${time}`;
}

/** What a time reads as beside things: how long ago, and further back its date. */
export function relative(at: Date, now: Date): string {
  const ago = now.getTime() - at.getTime();
  if (ago < -45 * second) return `in ${span(-ago)}`;
  if (ago < 5 * second) return "just now";
  if (ago < 12 * hour) return `${span(ago)} ago`;
  return dated(at, now, "local");
}

/** 14:02 on the same day, else with the day, else with the year. */
export function dated(at: Date, now: Date, zone: Zone): string {
  const z = zone === "utc" ? "Z" : "";
  const time = form(zone, "hm", clock).format(at) + z;
  const ymd = form(zone, "ymd", { year: "numeric", month: "2-digit", day: "2-digit" });
  if (ymd.format(at) === ymd.format(now)) return time;
  if (ymd.format(at) === ymd.format(new Date(now.getTime() - day))) return `yesterday ${time}`;
  const sameYear = form(zone, "y", { year: "numeric" }).format(at) === form(zone, "y", { year: "numeric" }).format(now);
  const date = form(zone, sameYear ? "dm" : "dmy", {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(at);
  return `${date}, ${time}`;
}

/** The largest unit of a span: 12 s, 4 min, 3 h, 2 days. */
export function span(ms: number): string {
  if (ms < minute) return `${Math.max(1, Math.floor(ms / second))} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h`;
  return `${Math.floor(ms / day)} days`;
}

/** A measured duration: 340 ms, 2.1 s, 1 min 4 s. */
export function duration(ms: number): string {
  if (ms < 1) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`;
  if (ms < minute) return `${Math.round(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min ${Math.floor((ms % minute) / second)} s`;
  return `${Math.floor(ms / hour)} h ${Math.floor((ms % hour) / minute)} min`;
}

/** 1,204 */
export function count(n: number): string {
  return n.toLocaleString("en-GB");
}

/** "1 run", "3 runs". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
