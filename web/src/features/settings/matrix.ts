import type { components } from "../../api/schema.gen.ts";

export type Permission = components["schemas"]["Permission"];
export type PermissionEntry = components["schemas"]["PermissionEntry"];
export type Role = components["schemas"]["Role"];

/** What may be done with one kind of thing: read it, change it, and whatever else there is. */
type MatrixRow = { subject: string; read?: PermissionEntry; write?: PermissionEntry; others: PermissionEntry[] };
export type MatrixArea = { area: string; rows: MatrixRow[] };

/** The permissions as a table: areas, the things in them, and the verbs of each. */
export function matrixOf(entries: PermissionEntry[]): MatrixArea[] {
  const areas = new Map<string, Map<string, MatrixRow>>();
  for (const e of entries) {
    const rows = areas.get(e.area) ?? new Map<string, MatrixRow>();
    areas.set(e.area, rows);
    const [subject = "", verb] = e.permission.split(":");
    const row = rows.get(subject) ?? { subject, others: [] };
    rows.set(subject, row);
    if (verb === "read" || verb === "write") row[verb] = e;
    else row.others.push(e);
  }
  return [...areas].map(([area, rows]) => ({ area, rows: [...rows.values()] }));
}

/** A set of permissions with one put in or taken out. */
export function withPermission(all: Permission[], p: Permission, on: boolean): Permission[] {
  return on ? [...all.filter((x) => x !== p), p] : all.filter((x) => x !== p);
}

/** What of a role somebody may pass on. */
export function within(role: Role, own: Permission[]): Permission[] {
  return role.permissions.filter((p) => own.includes(p));
}

/** The role that allows just these permissions. */
export function roleLike(roles: Role[] | undefined, permissions: Permission[]): Role | undefined {
  return roles?.find(
    (r) => r.permissions.length === permissions.length && r.permissions.every((p) => permissions.includes(p)),
  );
}
