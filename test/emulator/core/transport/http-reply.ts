import type { ServerResponse } from "node:http";
import type { GoogleError } from "../google-error.ts";

/** Answers JSON with the headers of Google's front end. */
export function replyJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "x-content-type-options": "nosniff",
    server: "ESF",
    ...headers,
  });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Google's error envelope (google.aip.dev/193). */
export function replyError(response: ServerResponse, error: GoogleError): void {
  const { httpStatus: code, status, message, details } = error;
  const envelope = { code, message, status, ...(details.length === 0 ? {} : { details }) };
  const challenge =
    status === "UNAUTHENTICATED"
      ? { "www-authenticate": 'Bearer realm="https://accounts.google.com/"' }
      : {};
  replyJson(response, code, { error: envelope }, challenge);
}

/** An unknown path is answered in HTML (hashicorp/terraform-provider-google#24627 shows the page). */
export function replyNotFound(response: ServerResponse): void {
  response.writeHead(404, {
    "content-type": "text/html; charset=UTF-8",
    "x-content-type-options": "nosniff",
  });
  response.end(
    "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>" +
      "<p><b>404.</b> That’s an error.<p>The requested URL was not found on this server.\n",
  );
}
