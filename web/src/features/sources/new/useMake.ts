import { useMutation } from "@tanstack/react-query";
import { call } from "../../../api/client.ts";
import { stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { type Draft, sourceOf } from "./draft.ts";

/** Adds the source of a draft, through a connection if it wants one. The connection is tried out first. */
export function useMake(draft: Draft, onMade: (s: components["schemas"]["SourceDetail"]) => void) {
  return useMutation({
    mutationFn: (connection: string | undefined) =>
      call("post", "/api/v1/sources", { body: sourceOf(draft, connection) }),
    onSuccess: (s) => {
      void stale("/api/v1/sources", "/api/v1/overview", "/api/v1/connections");
      onMade(s);
    },
  });
}
