import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, Arrival } from "../calls/answer.ts";
import { asGoogleError } from "../calls/answer.ts";
import type { Dispatcher } from "../calls/dispatcher.ts";
import { GoogleError } from "../google-error.ts";
import { parseJson } from "../wire/json-text.ts";
import { replyToJson, requestFromJson } from "../wire/message-json.ts";
import { restRequest } from "../wire/rest-request.ts";
import type { FindRoute, RouteMatch } from "../wire/rest-routes.ts";
import { replyError, replyJson, replyNotFound } from "./http-reply.ts";

type Needs = {
  readonly dispatcher: Dispatcher;
  readonly findRoute: FindRoute;
  log(line: string): void;
};

export type HttpCall = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: string;
};

/** Serves one REST call of a Google API. */
export async function serveRest(
  { request, response, url, body }: HttpCall,
  { dispatcher, findRoute, log }: Needs,
): Promise<void> {
  const route = findRoute(request.method ?? "", url.pathname);
  if (route === undefined) return replyNotFound(response);
  const answer = await dispatcher.serve(arrivalOf(route, { request, response }), () =>
    requestFromJson(
      route.method.requestType,
      restRequest(route.method.requestType, {
        ...route,
        query: url.searchParams,
        body: parseBody(body),
      }),
    ),
  );
  try {
    send(answer, { request, response, url, route });
  } catch (error) {
    replyError(response, asGoogleError(error, log));
  }
}

function send(
  answer: Answer,
  call: { request: IncomingMessage; response: ServerResponse; url: URL; route: RouteMatch },
): void {
  const { request, response, url, route } = call;
  switch (answer.kind) {
    case "reply": {
      // Official clients ask for `$alt=json;enum-encoding=int`.
      const alt = url.searchParams.get("$alt") ?? url.searchParams.get("alt") ?? "";
      const numericEnums = /;\s*enum-encoding=int\b/.test(alt);
      const json = replyToJson(route.method.responseType, answer.reply, { numericEnums });
      replyJson(response, 200, json);
      break;
    }
    case "error":
      replyError(response, answer.error);
      break;
    case "reset":
      request.socket.resetAndDestroy();
  }
}

function arrivalOf(
  { method }: RouteMatch,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Arrival {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const { authorization } = request.headers;
  return { method, transport: "rest", authorization, gone: gone.signal };
}

function parseBody(text: string): unknown {
  if (text.trim() === "") return undefined;
  const parsed = parseJson(text);
  // Google quotes the place in the text; a quotation could hold a secret.
  if (parsed === undefined)
    throw new GoogleError("INVALID_ARGUMENT", "Invalid JSON payload received. Unexpected token.");
  return parsed;
}
