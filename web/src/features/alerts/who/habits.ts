import type { components } from "../../../api/schema.gen.ts";

export type AlertContext = components["schemas"]["AlertContext"];
export type AlertPerson = components["schemas"]["AlertPerson"];
export type Habit = components["schemas"]["AlertHabit"];

const names: Record<Habit["habit"], [one: string, many: string]> = {
  place: ["Place", "Places"],
  ip: ["IP address", "IP addresses"],
  network: ["Network", "Networks"],
  device: ["Device", "Devices"],
  os: ["System", "Systems"],
  browser: ["Browser", "Browsers"],
  app: ["App", "Apps"],
  person: ["Person", "People"],
};

export const habitName = (h: Habit["habit"]): string => names[h][0];

/** Values of one kind, with how many there are of it. */
export type HabitGroup = { habit: Habit["habit"]; title: string; values: Habit[] };

/** The values by what they are, in the order of the server. */
export function grouped(values: Habit[]): HabitGroup[] {
  const out: HabitGroup[] = [];
  for (const v of values) {
    let g = out.find((x) => x.habit === v.habit);
    if (!g) {
      g = { habit: v.habit, title: names[v.habit][1], values: [] };
      out.push(g);
    }
    g.values.push(v);
  }
  return out;
}

/** What the alert's own events have for the first time. */
export const firstTimes = (values: Habit[]): Habit[] => values.filter((v) => v.new);

/** What of the alert's own events was not seen before, where that proves nothing. */
export const untold = (values: Habit[]): Habit[] => values.filter((v) => v.evidence && v.events === 0 && !v.new);

const partNames = { profile: "Profile", roles: "Admin roles", groups: "Groups", factors: "Authenticators" };

/** Why a part of what Okta says is not there; nothing where it is. */
export function unread(p: AlertPerson, part: keyof typeof partNames): string | undefined {
  return p.unread.find((u) => u.part === part)?.why;
}
