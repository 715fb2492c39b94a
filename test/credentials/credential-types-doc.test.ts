import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CREDENTIAL_TYPES } from "../../src/credentials/types.ts";

const SCRIPT = new URL("../../scripts/credential-types-doc.mjs", import.meta.url);
const PAGE = new URL("../../docs/credential-types.md", import.meta.url);

test("docs/credential-types.md is what the script makes of the registry", async () => {
  const { renderCredentialTypes } = await import(SCRIPT.href);
  expect(await readFile(PAGE, "utf8")).toBe(renderCredentialTypes(CREDENTIAL_TYPES));
});
