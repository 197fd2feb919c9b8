import { expect, test } from "vitest";
import type { Playbook } from "../remedies/remedy.ts";
import { takenBy } from "./takenBy.ts";

const book = (id: string, of: string, removes: string[], input?: string): Playbook => ({
  id,
  title: id,
  description: "",
  for: of,
  removes,
  fixes: [],
  inputs: input ? [{ name: input, title: input, required: true }] : [],
  actions: [],
  canUndo: true,
  scopes: [],
});

const books = [
  book("remove_user_role", "user", ["user.has_role"], "assignment"),
  book("remove_group_role", "group", ["group.has_role"], "assignment"),
  book("remove_from_group", "user", ["member_of"], "group"),
  book("remove_app_scope", "app", ["granted_scope"], "grant"),
  book("remove_group_owner", "group", ["owns"], "owner"),
  book("deactivate_idp", "idp", []),
  book("restrict_api_token", "api_token", ["api_token"], "zone"),
  book("revoke_api_token", "api_token", ["api_token"]),
];
const ada = { kind: "user", id: "00u1", name: "ada" } as const;
const admins = { kind: "group", id: "00g1", name: "Admins" } as const;
const root = { kind: "role", id: "SUPER_ADMIN" } as const;

test("a membership is ended for the person, out of the group", () => {
  expect(takenBy({ do: "remove", relation: "member_of", from: ada, to: admins }, books)).toEqual({
    playbook: "remove_from_group",
    subject: { kind: "user", id: "00u1", name: "ada" },
    inputs: { group: "00g1" },
  });
});

test("a role is taken from whoever has it, by its assignment", () => {
  const from = (holder: typeof ada | typeof admins, id?: string) =>
    takenBy({ do: "remove", relation: "has_role", from: holder, to: root, id }, books);
  expect(from(ada, "ra1")).toMatchObject({ playbook: "remove_user_role", inputs: { assignment: "ra1" } });
  expect(from(admins, "gra1")).toMatchObject({ playbook: "remove_group_role", inputs: { assignment: "gra1" } });
  expect(from(admins)?.inputs).toEqual({});
});

test("a scope is taken by its name where the grant is not known, and an owner from the group", () => {
  const robot = { kind: "app", id: "0oa1" } as const;
  const scope = { kind: "scope", id: "okta.users.manage" } as const;
  expect(takenBy({ do: "remove", relation: "granted_scope", from: robot, to: scope }, books)?.inputs).toEqual({
    grant: "okta.users.manage",
  });
  expect(takenBy({ do: "remove", relation: "owns", from: ada, to: admins }, books)).toMatchObject({
    playbook: "remove_group_owner",
    subject: { id: "00g1" },
    inputs: { owner: "00u1" },
  });
});

test("what is switched off or revoked is the thing itself, and what nothing makes is not offered", () => {
  const idp = { kind: "idp", id: "0oi1" } as const;
  const token = { kind: "api_token", id: "00T1" } as const;
  expect(takenBy({ do: "deactivate", entity: idp }, books)?.playbook).toBe("deactivate_idp");
  expect(takenBy({ do: "revoke", entity: token }, books)?.playbook).toBe("revoke_api_token");
  expect(takenBy({ do: "edit", entity: idp, field: "policy" }, books)).toBeUndefined();
  expect(takenBy({ do: "deactivate", entity: ada }, books)).toBeUndefined();
});
