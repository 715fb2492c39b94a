import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.5rem 3rem; }
header { align-items: baseline; display: flex; gap: 1rem; }
h1 { font-size: 1.2rem; margin: 0; }
table { border-collapse: collapse; margin-top: 1.5rem; width: 100%; }
caption { font-weight: 600; padding-bottom: 0.3rem; text-align: left; }
caption .count { font-weight: 400; opacity: 0.6; }
th, td { border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); padding: 0.2rem 0.8rem 0.2rem 0;
  text-align: left; vertical-align: top; }
th { font-weight: 500; opacity: 0.6; }
td { font-family: ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; }
.good { color: #1a7f37; } .bad, .error, .critical { color: #c92a2a; } .busy, .warning { color: #9a6700; }
`;

const table = (id: string, title: string, columns: readonly string[]): string =>
  `<table id="${id}"><caption>${title} <span class="count"></span></caption>` +
  `<thead><tr>${columns.map((column) => `<th scope="col">${column}</th>`).join("")}</tr></thead><tbody></tbody></table>`;

const PAGE = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Emulator</title><link rel="stylesheet" href="/emulator/page.css">
<script type="module" src="/emulator/page.mjs"></script></head>
<body><header><h1>Emulator of Google Cloud</h1><span id="status"></span></header>
${table("executions", "Executions", ["execution", "outcome", "started", "completed"])}
${table("logs", "Logs", ["time", "execution", "severity", "text"])}
${table("jobs", "Jobs", ["job", "image", "account", "state"])}
${table("secrets", "Secrets", ["secret", "labels", "versions"])}
${table("calls", "Calls", ["time", "method", "resource", "who", "status", "took"])}
</body></html>
`;

type Document = { readonly type: string; readonly text: () => string };

const DOCUMENTS: Readonly<Record<string, Document>> = {
  "/": { type: "text/html", text: () => PAGE },
  "/emulator/page.css": { type: "text/css", text: () => STYLE },
  "/emulator/page.mjs": {
    type: "text/javascript",
    text: () => readFileSync(new URL("page.mjs", import.meta.url), "utf8"),
  },
};

/** Serves the page that shows what goes on; answers whether the path was one of its own. */
export function servePage(path: string, response: ServerResponse): boolean {
  const document = Object.hasOwn(DOCUMENTS, path) ? DOCUMENTS[path] : undefined;
  if (document === undefined) return false;
  response.writeHead(200, {
    "content-type": `${document.type}; charset=utf-8`,
    // Nothing but the emulator's own files and answers, whatever a log line may try.
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(document.text());
  return true;
}
