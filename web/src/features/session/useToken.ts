import { useState } from "react";

/** The token of a one-time link. It stands behind the #, which no server ever sees. */
export function useToken(): string {
  const [token] = useState(() => location.hash.slice(1));
  return token;
}
