import { keyOf, queryClient, stale } from "../../api/query.ts";
import type { SSO } from "./draft.ts";

/** Puts an answer in the place of what was read. */
export function keepSSO(sso: SSO) {
  queryClient.setQueryData(keyOf("/api/v1/sso", {}), sso);
  void stale("/api/v1/sso/tests");
}
