// When a schedule runs, in words.

const days = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];
const shortDays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const descriptors: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
};

/** A cron expression of five fields, or of six with seconds, in words; nothing for forms that words would not make plainer. */
export function scheduleWords(cron: string | undefined, zone?: string): string | undefined {
  const text = (cron ?? "").trim();
  const every = /^@every (\S+)$/.exec(text);
  if (every) return `every ${every[1]}`;
  const fields = (descriptors[text] ?? text).split(/\s+/).map(plain);
  if (fields.length === 6 && fields.shift() !== "0") return undefined;
  if (fields.length !== 5) return undefined;
  const [minute = "", hour = "", dom = "", month = "", dow = ""] = fields;
  if (month !== "*" || (dom !== "*" && dow !== "*")) return undefined;
  if (dom === "*" && dow === "*") {
    const often = withinDay(minute, hour);
    if (often) return often;
  }
  const times = timesOf(minute, hour);
  const on = dom === "*" ? daysOf(dow) : dayOfMonth(dom);
  return times && on && `${on} at ${joined(times)}, ${zone || "UTC"}`;
}

/** A field as it is written most plainly: 09 is 9, and every first one is all. */
function plain(field: string): string {
  if (field === "?" || field === "*/1") return "*";
  return /^\d+$/.test(field) ? String(Number(field)) : field.toLowerCase();
}

/** What comes round more often than once a day. */
function withinDay(minute: string, hour: string): string | undefined {
  const minutes = stepOf(minute, 60);
  if (hour === "*") {
    if (minute === "*") return "every minute";
    if (minutes) return `every ${minutes} minutes`;
    if (minute === "0") return "every hour";
    return numbered(minute, 59) ? `every hour at ${minute} past` : undefined;
  }
  const hours = stepOf(hour, 24);
  if (!hours || !numbered(minute, 59)) return undefined;
  return `every ${hours} hours${minute === "0" ? "" : ` at ${minute} past`}`;
}

/** The n of a step that comes round evenly: every 7 minutes is not what it says at the end of an hour. */
function stepOf(field: string, whole: number): number | undefined {
  const n = Number(/^(?:\*|0)\/(\d+)$/.exec(field)?.[1]);
  return n > 1 && n < whole && whole % n === 0 ? n : undefined;
}

function numbered(field: string, most: number): boolean {
  return /^\d+$/.test(field) && Number(field) <= most;
}

function timesOf(minute: string, hour: string): string[] | undefined {
  const hours = hour.split(",");
  if (!numbered(minute, 59) || hours.length > 4 || !hours.every((h) => numbered(h, 23))) return undefined;
  return hours.map((h) => `${h.padStart(2, "0")}:${minute.padStart(2, "0")}`);
}

function daysOf(dow: string): string | undefined {
  if (dow === "*") return "every day";
  const numbers = dow.split(",").flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split("-").map(dayNumber);
    return to >= from ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : [Number.NaN];
  });
  const set = [...new Set(numbers)].toSorted((a, b) => a - b);
  if (set.some((n) => days[n] === undefined)) return undefined;
  if (set.length === 7) return "every day";
  if (set.join() === "1,2,3,4,5") return "Mondays to Fridays";
  return joined(set.map((n) => days[n] ?? ""));
}

function dayNumber(text: string): number {
  const named = shortDays.indexOf(text);
  return named >= 0 ? named : /^\d$/.test(text) ? Number(text) : Number.NaN;
}

function dayOfMonth(dom: string): string | undefined {
  return numbered(dom, 31) && dom !== "0" ? `on day ${dom} of each month` : undefined;
}

function joined(list: string[]): string {
  return list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
}
