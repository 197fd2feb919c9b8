// The real binary, on a free port and with a folder of its own: as a demo with its
// sandbox, or as a server that is new.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = process.env.SALLYPORT ?? fileURLToPath(new URL("../.bin/sallyport", import.meta.url));

/** Starts a program, the binary as a rule, and waits for the first of its lines that `wanted` makes something of. */
export async function start(args, env, wanted, program = binary) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const ended = once(child, "exit");
  let log = "";
  child.stderr.on("data", (d) => {
    log = (log + d).slice(-20_000);
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const limit = setTimeout(() => child.kill("SIGKILL"), 15_000);
    const [code, signal] = await ended;
    clearTimeout(limit);
    return { code, signal };
  };
  const lines = createInterface({ input: child.stdout });
  let limit;
  const ready = new Promise((yes, no) => {
    limit = setTimeout(() => no(new Error(`not ready after 30 s: ${log}`)), 30_000);
    ended.then(([code]) => no(new Error(`ended with ${code}: ${log}`)));
    lines.on("line", (line) => {
      const got = wanted(line);
      if (got) yes(got);
    });
  });
  try {
    return { at: await ready, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/**
 * Starts `sallyport demo` and returns where it is: console (signs in), base, api,
 * token, sandbox; and stop.
 */
export async function startDemo(...more) {
  const { at, stop } = await start(["demo", "--listen", "127.0.0.1:0", "--json", ...more], {}, (line) =>
    JSON.parse(line),
  );
  return { ...at, base: new URL(at.console).origin, stop };
}

/** Starts `sallyport serve` with nothing in it: link makes the first administrator; command works on its database. */
export async function startServe(more = {}) {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-e2e-"));
  const env = { SALLYPORT_DATA_DIR: folder, ...more };
  const gone = () => rm(folder, { recursive: true, force: true });
  try {
    const { at, stop } = await start(
      ["serve", "--listen", "127.0.0.1:0"],
      env,
      (line) => /https?:\/\/\S+\/welcome#\S+/.exec(line)?.[0],
    );
    const base = new URL(at).origin;
    return { link: at, base, stop: () => stop().finally(gone), command: (args, input) => command(args, env, input) };
  } catch (error) {
    await gone();
    throw error;
  }
}

/** Starts `sallyport sandbox`, for a server that is no demo; its state says where everything is. */
export async function startSandbox() {
  const { at, stop } = await start(["sandbox", "--json"], {}, (line) => JSON.parse(line));
  return { ...at, sandbox: at.url, stop };
}

/** Starts a server with nothing in it, whose letters go to the mailbox of a sandbox beside it; state is the sandbox's. */
export async function startServeBeside() {
  const { stop: stopBox, ...state } = await startSandbox();
  try {
    const server = await startServe({
      SALLYPORT_SANDBOX_URL: state.url,
      SALLYPORT_EGRESS_ALLOW: "127.0.0.0/8",
      SALLYPORT_MAIL_URL: state.mail.url,
      SALLYPORT_MAIL_FROM: `sallyport@${state.mail.domain}`,
    });
    return { ...server, sandbox: state.url, state, stop: () => server.stop().finally(stopBox) };
  } catch (error) {
    await stopBox();
    throw error;
  }
}

/** Runs a command of the binary to its end, with a text on its standard input. */
async function command(args, env, input) {
  const child = spawn(binary, args, { stdio: ["pipe", "ignore", "pipe"], env: { ...process.env, ...env } });
  let log = "";
  child.stderr.on("data", (d) => {
    log += d;
  });
  child.stdin.end(input);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${log}`);
}

/** Asks the API with the demo's token. */
export async function api(demo, method, path, body) {
  return answerOf(`${method} ${path}`, demo.api + path, method, body, { Authorization: `Bearer ${demo.token}` });
}

/** Asks the API in a session that the demo's link opens: for what a token may not do. */
export async function signedIn(demo, method, path, body) {
  const token = new URL(demo.console).hash.slice(1);
  const answer = await fetch(`${demo.api}/session/link`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const cookie = (answer.headers.get("Set-Cookie") ?? "").split(";")[0];
  return answerOf(`${method} ${path}`, demo.api + path, method, body, { Cookie: cookie });
}

/** Asks the sandbox: see docs/sandbox.md. */
export async function sandbox(demo, method, path, body) {
  return answerOf(`sandbox: ${method} ${path}`, `${demo.sandbox}/_sandbox${path}`, method, body, {});
}

async function answerOf(what, url, method, body, headers) {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Has something happen in the sandbox. */
export function play(demo, scenario, user) {
  return sandbox(demo, "POST", `/scenarios/${scenario}`, user ? { user } : {});
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
