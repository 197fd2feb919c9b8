import type { components } from "../../api/schema.gen.ts";

type Policy = components["schemas"]["GuardPolicy"];

/** What is wrong with a ceiling as it is typed. */
export function ceilingProblem(text: string, least = 1): string | undefined {
  const n = Number(text);
  if (text.trim() === "" || !Number.isInteger(n) || n < least || n > 1_000_000)
    return `A whole number from ${least} to 1,000,000 is wanted.`;
  return undefined;
}

/** What a changed policy changes, in words. */
export function changesOf(before: Policy, after: Policy): string[] {
  const out: string[] = [];
  if (before.dryRun !== after.dryRun)
    out.push(after.dryRun ? "Nothing is changed any more: dry run for everything" : "Flows act for real again");
  out.push(
    ...listChanges(before.protectedUsers, after.protectedUsers),
    ...listChanges(before.protectedGroups, after.protectedGroups),
  );
  if (before.ceiling !== after.ceiling)
    out.push(
      `At most ${after.ceiling.toLocaleString("en-GB")} changes an hour for each flow, not ${before.ceiling.toLocaleString("en-GB")}`,
    );
  const flows = new Set([...Object.keys(before.flowCeilings), ...Object.keys(after.flowCeilings)]);
  const n = [...flows].filter((f) => before.flowCeilings[f] !== after.flowCeilings[f]).length;
  if (n > 0) out.push(`${n === 1 ? "The ceiling of one flow" : `The ceilings of ${n} flows`}`);
  return out;
}

function listChanges(before: string[], after: string[]): string[] {
  const added = after.filter((x) => !before.includes(x));
  const gone = before.filter((x) => !after.includes(x));
  return [
    added.length > 0 && `Protected from now on: ${added.join(", ")}`,
    gone.length > 0 && `Not protected any more: ${gone.join(", ")}`,
  ].filter((x) => x !== false);
}
