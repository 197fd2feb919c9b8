type Dict = Record<string, unknown>;

const dict = (v: unknown): Dict => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Dict) : {});
const text = (v: unknown): string => (typeof v === "string" ? v : "");

/** From where and with what something was done, in a few words, as a System Log event says it. */
export function clientOf(raw: unknown): string {
  const client = dict(dict(raw).client);
  const place = dict(client.geographicalContext);
  const agent = dict(client.userAgent);
  const from = [text(client.ipAddress), [text(place.city), text(place.country)].filter(Boolean).join(", ")];
  const known = (v: string) => (/^unknown$/i.test(v) ? "" : v);
  const device = [known(text(agent.browser)), known(text(agent.os))].filter(Boolean).join(" on ");
  return [...from, device].filter(Boolean).join(" · ");
}
