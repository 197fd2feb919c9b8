// Secrets that an example had in it, on their way to the form of a connection.
// They are held in memory alone, and taken once.
const held = new Map<string, Record<string, string>>();

export function handOver(connector: string, secrets: Record<string, string>) {
  if (Object.keys(secrets).length > 0) held.set(connector, secrets);
}

export function takeOver(connector: string): Record<string, string> {
  const secrets = held.get(connector) ?? {};
  held.delete(connector);
  return secrets;
}
