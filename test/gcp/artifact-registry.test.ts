import type { ArtifactRegistryClient } from "@google-cloud/artifact-registry";
import { describe, expect, test } from "vitest";
import { ArtifactRegistry } from "../../src/gcp/artifact-registry.ts";
import { CODE } from "../../src/gcp/google-call-error.ts";
import {
  ALL_PAUSES,
  answering,
  callerAt,
  DEADLINE,
  FakeClock,
  grpcError,
  outcomeOf,
  REFUSALS,
  refused,
} from "./fake-google.ts";

const REPOSITORY = "projects/demo-project/locations/us-central1/repositories/agents";
const DIGEST = `sha256:${"0".repeat(64)}`;

type Act = (images: ArtifactRegistry) => Promise<unknown>;

async function trial(method: string, answers: readonly unknown[], act: Act) {
  const clock = new FakeClock();
  const answer = answering(...answers);
  const client = { [method]: answer } as unknown as ArtifactRegistryClient;
  const outcome = await outcomeOf(act(new ArtifactRegistry(client, callerAt(clock))));
  return { sent: answer.mock.calls, outcome, sleeps: clock.sleeps };
}

const repository: Act = (images) => images.hasRepository(REPOSITORY);
const byTag: Act = (images) =>
  images.hasImage({
    ...{ repository: REPOSITORY, image: "team/dev" },
    reference: { kind: "tag", tag: "latest" },
  });
const byDigest: Act = (images) =>
  images.hasImage({
    ...{ repository: REPOSITORY, image: "team/dev" },
    reference: { kind: "digest", digest: DIGEST },
  });

const ROWS = [
  ["a repository", "getRepository", repository, "find the repository", REPOSITORY],
  [
    "an image by its tag, its path in one segment",
    "getTag",
    byTag,
    "find the image",
    `${REPOSITORY}/packages/team%2Fdev/tags/latest`,
  ],
  [
    "an image by its digest",
    "getDockerImage",
    byDigest,
    "find the image",
    `${REPOSITORY}/dockerImages/team%2Fdev@${DIGEST}`,
  ],
] as const;

describe("Artifact Registry", () => {
  test.each(ROWS)("says that there is %s", async (_what, method, act, _goal, name) =>
    expect(await trial(method, [[{ name }]], act)).toEqual({
      sent: [[{ name }, DEADLINE]],
      outcome: { returned: true },
      sleeps: [],
    }),
  );

  const refusals = ROWS.flatMap(([what, method, act, goal, subject]) =>
    REFUSALS.map(([status, code]) => {
      const again = code === CODE.unavailable;
      const why = again ? "refused (after 5 tries)" : "refused";
      const outcome =
        code === CODE.notFound ? { returned: false } : refused({ goal, subject, code, why });
      return [what, status, { method, act, code, outcome, again }] as const;
    }),
  );
  test.each(refusals)("asked for %s: %s", async (_what, _status, expected) => {
    const { method, act, code, outcome, again } = expected;
    const result = await trial(method, Array(5).fill(grpcError(code, "refused")), act);
    expect({ outcome: result.outcome, sleeps: result.sleeps }).toEqual({
      outcome,
      sleeps: again ? ALL_PAUSES : [],
    });
  });
});
