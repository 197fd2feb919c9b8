import type { components } from "../../api/schema.gen.ts";

type Member = Pick<components["schemas"]["Member"], "id" | "role" | "disabled">;

/** Whether somebody is the one administrator who is left and may sign in: they stay that. */
export function isLastAdmin(members: Member[] | undefined, m: Member): boolean {
  const admins = members?.filter((x) => x.role === "admin" && !x.disabled) ?? [];
  return admins.length === 1 && admins[0]?.id === m.id;
}
