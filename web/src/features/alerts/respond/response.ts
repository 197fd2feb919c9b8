import type { components } from "../../../api/schema.gen.ts";

/** A flow that answers an alert. */
export type Response = components["schemas"]["Response"];
