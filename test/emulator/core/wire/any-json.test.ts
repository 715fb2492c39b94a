import fc from "fast-check";
import { expect, test } from "vitest";
import { GoogleError } from "../google-error.ts";
import { type ApiMethod, loadApiMethods } from "./api-definitions.ts";
import { requestFromBytes, requestFromJson } from "./message-json.ts";
import { restRequest } from "./rest-request.ts";

const NAMES = [
  "google.cloud.run.v2.Jobs.CreateJob",
  "google.cloud.run.v2.Jobs.RunJob",
  "google.cloud.secretmanager.v1.SecretManagerService.CreateSecret",
  "google.cloud.secretmanager.v1.SecretManagerService.UpdateSecret",
  "google.logging.v2.LoggingServiceV2.WriteLogEntries",
];
const methods = loadApiMethods().filter(({ fullName }) => NAMES.includes(fullName));

// Real field names with any values get deeper than any names would.
const fieldNames = [
  ...new Set(
    methods.flatMap(({ requestType }) =>
      requestType.fieldsArray.flatMap(({ name, resolvedType }) => [
        name,
        ...Object.keys((resolvedType && "fields" in resolvedType && resolvedType.fields) || {}),
      ]),
    ),
  ),
  ...[
    "template",
    "containers",
    "env",
    "value",
    "@type",
    "ttl",
    "seconds",
    "__proto__",
    "constructor",
  ],
];
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1.5,
      2 ** 40,
      "",
      "GA",
      "1s",
      "YQ==",
      "2026-01-01T00:00:00Z",
      "type.googleapis.com/google.cloud.run.v2.Job",
      4,
    ),
    fc.string({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom(...fieldNames), fc.string({ maxLength: 4 })),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
})).value;

const isJudged = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof GoogleError && error.status === "INVALID_ARGUMENT") return true;
    throw error;
  }
};

const anyMethod = fc.constantFrom<ApiMethod>(...methods);

test("every JSON is either a request or refused as INVALID_ARGUMENT", () => {
  fc.assert(
    fc.property(
      anyMethod,
      anyValue,
      fc.webQueryParameters(),
      ({ requestType, bindings }, body, query) => {
        const [binding] = bindings;
        if (binding === undefined) return false;
        const input = {
          binding,
          body,
          variables: new Map([["job.name", "x"]]),
          query: new URLSearchParams(query),
        };
        return isJudged(() => requestFromJson(requestType, restRequest(requestType, input)));
      },
    ),
    { numRuns: 500 },
  );
});

test("so are all bytes", () => {
  fc.assert(
    fc.property(anyMethod, fc.uint8Array({ maxLength: 64 }), ({ requestType }, bytes) =>
      isJudged(() => requestFromBytes(requestType, bytes)),
    ),
    { numRuns: 500 },
  );
});

test("a request that was read is read the same again", () => {
  fc.assert(
    fc.property(anyMethod, anyValue, ({ requestType }, body) => {
      let once: unknown;
      try {
        once = requestFromJson(requestType, body);
      } catch (error) {
        if (error instanceof GoogleError) return;
        throw error;
      }
      expect(requestFromJson(requestType, once)).toEqual(once);
    }),
    { numRuns: 500 },
  );
});
