import { describe, expect, test } from "vitest";
import { mayRead } from "../../src/mapping/runner-access.ts";

const ACCOUNT = "run@p.iam.gserviceaccount.com";
const ACCESSOR = "roles/secretmanager.secretAccessor";
const RUNNER = `serviceAccount:${ACCOUNT}`;
const SECRET = "al--github_token--default--token";
const ofPrefix = (prefix: string): string =>
  `resource.name.startsWith("projects/42/secrets/${prefix}--")`;

type Binding = readonly [role: string, members: readonly string[], condition?: string];

describe("an account reads a secret", () => {
  test.each<[string, readonly Binding[], boolean | undefined]>([
    ["by no binding at all", [], false],
    ["by a role that holds access", [[ACCESSOR, [RUNNER]]], true],
    ["by the owner's role", [["roles/owner", [RUNNER]]], true],
    ["by a role for everybody", [[ACCESSOR, ["allAuthenticatedUsers"]]], true],
    ["by a condition on its name", [[ACCESSOR, [RUNNER], ofPrefix("al")]], true],
    ["not by a condition on other names", [[ACCESSOR, [RUNNER], ofPrefix("zz")]], false],
    ["not by somebody else's binding", [[ACCESSOR, ["serviceAccount:x@y.z"]]], false],
    ["not by a person's", [[ACCESSOR, ["user:a@b.c"]]], false],
    ["not as it was before it was deleted", [[ACCESSOR, [`deleted:${RUNNER}?uid=1`]]], false],
    ["not by the editor's role", [["roles/editor", [RUNNER]]], false],
    ["not by a role of Cloud Run", [["roles/run.developer", [RUNNER]]], false],
    ["perhaps, by a role of the project's own", [["projects/p/roles/x", [RUNNER]]], undefined],
    ["perhaps, as a member of a group", [[ACCESSOR, ["group:a@b.c"]]], undefined],
    ["perhaps, until a certain time", [[ACCESSOR, [RUNNER], "request.time < now"]], undefined],
    [
      "not by a role that may hold access, on other names",
      [["projects/p/roles/x", [RUNNER], ofPrefix("zz")]],
      false,
    ],
    [
      "by one binding of several, whatever the others say",
      [
        [ACCESSOR, ["group:a@b.c"]],
        ["roles/editor", [RUNNER]],
        [ACCESSOR, [RUNNER]],
      ],
      true,
    ],
  ])("%s", (_sentence, bindings, expected) => {
    const policy = {
      bindings: bindings.map(([role, members, condition]) => ({ role, members, condition })),
    };
    expect(mayRead(policy, { account: ACCOUNT, secretId: SECRET, projectNumber: "42" })).toBe(
      expected,
    );
  });
});
