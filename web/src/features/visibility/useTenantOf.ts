import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { useCan } from "../session/session.ts";

/** The org that a connection leads to, where it is read: through this connection, or through another to the same domain. */
export function useTenantOf(connection: string | undefined): string | undefined {
  const may = useCan("connections:read");
  const tenants = useQuery({ ...read("/api/v1/tenants", {}), enabled: useCan("inventory:read") });
  const connections = useQuery({ ...read("/api/v1/connections", {}), enabled: may });
  const through = tenants.data?.find((t) => t.connection.id === connection);
  if (through) return through.id;
  const domain = connections.data?.find((c) => c.id === connection)?.settings.domain;
  return tenants.data?.find((t) => t.domain === domain)?.id;
}
