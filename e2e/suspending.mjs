// A flow of one's own that keeps somebody out.
import { api } from "./demo.mjs";

const yaml = `
flow: suspend_somebody
title: Suspend somebody
description: Keeps somebody out until they have been looked at.
priority: containment
connections:
  okta: { connector: okta, title: Okta org }
trigger:
  on_demand:
    inputs:
      user: { title: User, type: text, required: true }
cards:
  - id: suspend
    title: Keep them out
    use: okta.suspend_user
    with:
      user: "{{ input.user }}"
`;

/** Makes the flow in a demo, bound to its Okta org and published. */
export async function suspending(demo) {
  const okta = (await api(demo, "GET", "/connections")).find((c) => c.connector.id === "okta");
  const [folder] = await api(demo, "GET", "/folders");
  const flow = await api(demo, "POST", "/flows", { yaml, folder: folder.id });
  await api(demo, "PATCH", `/flows/${flow.id}`, { connections: { okta: okta.id } });
  await api(demo, "POST", `/flows/${flow.id}/publish`, {});
  return flow;
}
