import type { components } from "../../api/schema.gen.ts";

/** A run with its steps and what it changed. */
export type RunDetail = components["schemas"]["RunDetail"];
