import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read } from "../../api/query.ts";

/** What a system is called, by the id of its connector; the id itself until that is known. */
export function useConnectorTitles(): (id: string) => string {
  const { data } = useQuery(read("/api/v1/connectors", {}));
  return useMemo(() => {
    const titles = new Map(data?.map((c) => [c.id, c.title]));
    return (id) => titles.get(id) ?? id;
  }, [data]);
}
