/** A way back after signing in: an address of ours, or none. */
export function safeNext(next: unknown): string | undefined {
  if (typeof next !== "string" || !next.startsWith("/") || /^\/[/\\]/.test(next) || next.startsWith("/sign-in"))
    return undefined;
  return next;
}
