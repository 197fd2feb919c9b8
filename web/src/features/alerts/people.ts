import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { useSession } from "../session/session.ts";

export type Person = { id: string; name: string };

/** Whom an alert or a case can be given to: oneself, and those who may work on it, where one may see them. */
export function usePeople(): Person[] {
  const { account, permissions } = useSession();
  const members = useQuery({
    ...read("/api/v1/members", { query: { permission: "alerts:write", limit: 200 } }),
    enabled: permissions.includes("members:read"),
  });
  const me = { id: account.id, name: account.name };
  const others = (members.data?.items ?? []).filter((m) => m.id !== account.id && !m.disabled);
  return [me, ...others.map((m) => ({ id: m.id, name: m.name }))];
}
