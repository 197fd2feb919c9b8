// The one way to the server. Paths, inputs and answers are typed by the API's own
// description (schema.gen.ts); whatever goes wrong is a Failure.
import { Failure } from "./failure.ts";
import type { paths } from "./schema.gen.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];

type Operation<M extends Method, P extends PathOf<M>> = paths[P][M];

type Parameters<O> = O extends { parameters: infer X } ? X : never;
type Part<O, K extends string> = Parameters<O> extends { [key in K]?: infer X } ? NonNullable<X> : never;
type Body<O> = O extends { requestBody?: { content: infer C } }
  ? C extends { "application/json": infer B }
    ? B
    : never
  : never;
type Success<O> = O extends { responses: infer R } ? R[Extract<keyof R, 200 | 201 | 202>] : never;

/** What a call answers with. */
export type Answer<M extends Method, P extends PathOf<M>> =
  Success<Operation<M, P>> extends { content: { "application/json": infer B } } ? B : undefined;

type Given<K extends string, V> = [V] extends [never]
  ? { [k in K]?: undefined }
  : V extends object
    ? object extends V
      ? { [k in K]?: V }
      : { [k in K]: V }
    : never;

/** What a call takes. */
export type Input<M extends Method, P extends PathOf<M>> = Given<"path", Part<Operation<M, P>, "path">> &
  Given<"query", Part<Operation<M, P>, "query">> &
  Given<"body", Body<Operation<M, P>>> & { signal?: AbortSignal };

/** A list that does not grow is long when it takes longer than this. */
const patience = 70_000;

// Who puts the question that a call of the kind step_up is answered by.
let prove: (() => Promise<boolean>) | undefined;

/** Says how somebody is asked to prove who they are: a call that wants it waits for that, and is made again. */
export function onStepUp(ask: (() => Promise<boolean>) | undefined) {
  prove = ask;
}

/** Calls the API. */
export async function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  input: Input<M, P>,
): Promise<Answer<M, P>> {
  try {
    return await callOnce(method, path, input);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "step_up" || !prove) throw error;
    if (!(await prove())) throw error;
    return callOnce(method, path, input);
  }
}

async function callOnce<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  input: Input<M, P>,
): Promise<Answer<M, P>> {
  const {
    path: names,
    query,
    body,
    signal,
  } = input as { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown; signal?: AbortSignal };
  const url = address(path as string, names, query);
  const answer = await send(method, url, {
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? undefined : { "Content-Type": "application/json" },
    signal,
  });
  if (answer.status === 204) return undefined as Answer<M, P>;
  return (await answer.json()) as Answer<M, P>;
}

/** Sends a request and returns its answer if it is a good one. Bodies that are no JSON go this way. */
export async function send(
  method: string,
  url: string,
  init: { body?: BodyInit; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  const tried = `${method.toUpperCase()} ${url}`;
  const limit = AbortSignal.timeout(patience);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: method.toUpperCase(),
      credentials: "same-origin",
      body: init.body,
      headers: { Accept: "application/json", ...init.headers },
      signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
    });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw Failure.unreachable(tried, limit.aborted);
  }
  if (!answer.ok) throw await Failure.of(tried, answer);
  return answer;
}

/** The address of a path with its names filled in; what is empty is left out of the query. */
export function address(path: string, names: Record<string, string> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const v of Array.isArray(value) ? value : [value]) {
      if (v !== undefined && v !== null && v !== "") search.append(name, String(v));
    }
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}
