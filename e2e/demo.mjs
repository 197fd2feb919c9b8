// The real binary, with its sandbox, on a free port and with a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = process.env.SALLYPORT ?? fileURLToPath(new URL("../.bin/sallyport", import.meta.url));

/**
 * Starts `sallyport demo` and returns where it is: console (signs in), base, api,
 * token, sandbox; and stop.
 */
export async function startDemo(...more) {
  const child = spawn(binary, ["demo", "--listen", "127.0.0.1:0", "--json", ...more], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let log = "";
  child.stderr.on("data", (d) => {
    log = (log + d).slice(-20_000);
  });
  const first = await Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([line]) => line),
    ended.then(([code]) => {
      throw new Error(`the demo ended with ${code}: ${log}`);
    }),
    new Promise((_, no) => setTimeout(() => no(new Error(`the demo is not ready after 30 s: ${log}`)), 30_000).unref()),
  ]);
  const at = JSON.parse(first);
  return {
    ...at,
    base: new URL(at.console).origin,
    log: () => log,
    stop: async () => {
      child.kill("SIGTERM");
      const limit = setTimeout(() => child.kill("SIGKILL"), 15_000);
      const [code, signal] = await ended;
      clearTimeout(limit);
      return { code, signal };
    },
  };
}

/** Asks the API with the demo's token. */
export async function api(demo, method, path, body) {
  const answer = await fetch(demo.api + path, {
    method,
    headers: { Authorization: `Bearer ${demo.token}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Has something happen in the sandbox. */
export async function play(demo, scenario, user) {
  const answer = await fetch(`${demo.sandbox}/_sandbox/scenarios/${scenario}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(user ? { user } : {}),
  });
  if (!answer.ok) throw new Error(`scenario ${scenario}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Waits until something is so. */
export async function until(what, look, within = 15_000) {
  const end = Date.now() + within;
  for (;;) {
    const got = await look();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited ${within} ms for ${what}`);
    await new Promise((go) => setTimeout(go, 100));
  }
}

/** Has something go wrong in the sandbox: see docs/sandbox.md. */
export async function fault(demo, what) {
  const answer = await fetch(`${demo.sandbox}/_sandbox/faults`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(what),
  });
  if (!answer.ok) throw new Error(`fault: ${answer.status} ${await answer.text()}`);
}
