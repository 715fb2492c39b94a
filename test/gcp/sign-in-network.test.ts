import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { signInKeyless } from "../../src/gcp/sign-in.ts";
import { signInNeeds } from "../../src/gcp/sign-in-needs.ts";
import { outcomeOf } from "./fake-google.ts";
import { NOTHING } from "./fake-sign-in.ts";
import { localServer } from "./local-server.ts";

function temporaryFile(name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), "al-sign-in-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

const outside = (url: string) => ({
  type: "external_account",
  audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: `${url}/v1/token`,
  credential_source: { file: temporaryFile("token", "obviouslyFakeSubjectToken") },
});

const person = () => ({
  type: "authorized_user",
  client_id: "demo-client",
  client_secret: "obviouslyFakeSecret",
  refresh_token: "1//obviouslyFakeRefreshToken",
});

test.each([
  ["somebody from outside", outside],
  ["a person", person],
])("a sign-in of %s ends when the token service is silent", async (_sentence, file) => {
  const { url } = await localServer(() => undefined);
  const applicationCredentials = temporaryFile("adc.json", JSON.stringify(file(url)));
  const session = await signInKeyless(
    {
      ...NOTHING,
      project: "demo-project",
      emulator: { url, host: "127.0.0.1", port: 1, ca: "" },
      settings: { ...NOTHING.settings, applicationCredentials },
    },
    { ...signInNeeds, answerWithinMs: 50 },
  );
  expect(await outcomeOf(session.auth.getRequestHeaders())).toMatchObject({
    threw: { exit: 69, why: "it does not answer" },
  });
});
