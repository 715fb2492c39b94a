import { expect, test } from "vitest";
import { checkEtag, etagOf } from "./etag.ts";

const NAME = "projects/p/locations/l/jobs/j";

test("an etag is the update time as a Timestamp and the name, both in base64", () => {
  // The first half is recorded (k8s-config-connector at 5752d6c554, runjob/_http.log).
  const name = Buffer.from(NAME).toString("base64url");
  expect(etagOf("2025-09-03T19:42:04.485880Z", NAME)).toBe(`"CIy04sUGEMDh1-cB/${name}"`);
});

test("only the current etag, or none, passes", () => {
  const updateTime = "2026-01-02T03:04:05.000001Z";
  const check = (etag: unknown) => () => checkEtag(etag, { name: NAME, updateTime });
  expect(check(undefined)).not.toThrow();
  expect(check("")).not.toThrow();
  expect(check(etagOf(updateTime, NAME))).not.toThrow();
  expect(check(etagOf("2026-01-02T03:04:05.000002Z", NAME))).toThrow(
    "was specified but current version is '1767323045000001'",
  );
});
