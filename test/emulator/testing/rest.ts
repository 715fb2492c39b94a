import type { Json } from "../core/handler.ts";

/** One REST call; the answer as a whole value. */
export async function rest(
  url: string,
  request: {
    method?: string;
    token?: string;
    body?: unknown;
    headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; body: Json }> {
  const { method, token = "owner", body, headers } = request;
  const response = await fetch(url, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : { text } };
}

/** The journal, without what differs from run to run. */
export async function journal(emulator: { url: string }): Promise<Json[]> {
  const { body } = await rest(`${emulator.url}/emulator/calls`);
  return body.calls.map(({ startedAt: _at, durationMs: _ms, ...call }: Json) => call);
}
