// What an Action of post-login is given. The last value of this script is the
// function that runs one: it takes the function around the Action's code, the
// event as JSON, and what the host does, and promises the event as the next
// Action is to see it.
(function (around, eventText, host) {
  "use strict";
  const event = JSON.parse(eventText);

  // Whatever is not here fails with a sentence, not with "is not a function".
  const known = (path, of) =>
    new Proxy(of, {
      get(target, key) {
        if (key in target || typeof key === "symbol" || key === "then" || key === "toJSON") return target[key];
        throw new Error(`${path}.${key} is not part of this simulation of Auth0`);
      },
    });

  const text = (value) => {
    const out = JSON.stringify(value);
    return out === undefined ? "null" : out;
  };
  const effect = (kind, name, value) => host.effect(kind, String(name), text(value));
  const setMetadata = (field) => (name, value) => {
    effect(field, name, value);
    if (value === null || value === undefined) delete event.user[field][name];
    else event.user[field][name] = JSON.parse(text(value));
  };
  const cached = new Map();
  const api = known("api", {});
  const parts = {
    access: {
      deny(reason) {
        effect("deny", "", String(reason === undefined ? "" : reason));
      },
    },
    user: { setUserMetadata: setMetadata("user_metadata"), setAppMetadata: setMetadata("app_metadata") },
    idToken: { setCustomClaim: (name, value) => effect("id_token_claim", name, value) },
    accessToken: {
      setCustomClaim: (name, value) => effect("access_token_claim", name, value),
      addScope: (scope) => effect("add_scope", scope, null),
      removeScope: (scope) => effect("remove_scope", scope, null),
    },
    multifactor: { enable: (provider, options) => effect("multifactor", provider, options) },
    authentication: {
      challengeWith: (factor) => effect("multifactor", factor && factor.type, factor),
      challengeWithAny: (factors) => effect("multifactor", "any", factors),
      enrollWith: (factor) => effect("multifactor", factor && factor.type, factor),
      enrollWithAny: (factors) => effect("multifactor", "any", factors),
      recordMethod() {},
    },
    session: { revoke: (reason) => effect("revoke_session", "", String(reason === undefined ? "" : reason)) },
    cache: {
      get: (key) => cached.get(key),
      set(key, value) {
        cached.set(key, { value: String(value), expires_at: Date.now() + 900000 });
        return { type: "success", record: cached.get(key) };
      },
      delete(key) {
        cached.delete(key);
        return { type: "success" };
      },
    },
  };
  const chained = (part) => {
    const out = {};
    for (const [name, f] of Object.entries(part)) {
      out[name] = (...args) => {
        const back = f(...args);
        return back === undefined ? api : back;
      };
    }
    return out;
  };
  for (const [name, part] of Object.entries(parts)) {
    Object.defineProperty(api, name, { value: known(`api.${name}`, name === "cache" ? part : chained(part)), enumerable: true });
  }

  const shown = (value) => {
    if (typeof value === "string") return value;
    if (value instanceof Error) return String(value.stack || value);
    try {
      const out = JSON.stringify(value);
      return out === undefined ? String(value) : out;
    } catch {
      return String(value);
    }
  };
  const log = (...args) => host.log(args.map(shown).join(" "));
  const console = { log, info: log, warn: log, error: log, debug: log, trace: log };
  const setTimeout = (f, ms, ...args) => host.timeout(() => f(...args), Number(ms) || 0, false);
  const setInterval = (f, ms, ...args) => host.timeout(() => f(...args), Number(ms) || 0, true);
  const clear = (id) => id !== undefined && id !== null && host.clear(Number(id));
  const require = (name) => {
    const e = new Error(`Cannot find module '${name}': this simulation of Auth0 has no packages and no network`);
    e.code = "MODULE_NOT_FOUND";
    throw e;
  };

  const module = { exports: {} };
  return (async () => {
    around.call(module.exports, module.exports, module, require, console, setTimeout, clear, setInterval, clear);
    const handler = module.exports.onExecutePostLogin;
    if (typeof handler !== "function") throw new TypeError("exports.onExecutePostLogin is not a function");
    await handler(event, api);
    return JSON.stringify(event);
  })();
});
