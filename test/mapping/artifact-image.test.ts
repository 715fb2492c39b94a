import { describe, expect, test } from "vitest";
import {
  artifactImage,
  artifactRepository,
  repositoryAddress,
} from "../../src/mapping/artifact-image.ts";

const REPOSITORY = "projects/p/locations/us-central1/repositories/agents";
const ADDRESS = "us-central1-docker.pkg.dev/p/agents";
const DIGEST = `sha256:${"0".repeat(64)}`;

describe("an image", () => {
  test.each([
    ["without a tag", `${ADDRESS}/dev`, "dev", { kind: "tag", tag: "latest" }],
    ["with a tag", `${ADDRESS}/dev:v1.2`, "dev", { kind: "tag", tag: "v1.2" }],
    ["with a path", `${ADDRESS}/team/dev:v1`, "team/dev", { kind: "tag", tag: "v1" }],
    ["by digest", `${ADDRESS}/dev@${DIGEST}`, "dev", { kind: "digest", digest: DIGEST }],
    ["by tag and digest", `${ADDRESS}/dev:v1@${DIGEST}`, "dev", { kind: "digest", digest: DIGEST }],
  ])("%s", (_sentence, text, image, reference) =>
    expect(artifactImage(text)).toEqual({ repository: REPOSITORY, image, reference }),
  );

  test.each([
    ["of Docker Hub", "alpine:3"],
    ["of another registry", "ghcr.io/someone/agent"],
    ["of the emulator's own machine", "host.local/agent:latest"],
    ["of the registry before this one", "gcr.io/p/agent"],
    ["that is a repository", ADDRESS],
    ["with a digest cut short", `${ADDRESS}/dev@sha256:00`],
    ["in a domain that only looks like it", `x.${ADDRESS}/dev`],
  ])("%s is not looked at", (_sentence, text) => expect(artifactImage(text)).toBeUndefined());
});

describe("a repository's address", () => {
  test.each([
    [ADDRESS, REPOSITORY],
    [`https://${ADDRESS}/`, REPOSITORY],
    ["europe-docker.pkg.dev/p/agents", "projects/p/locations/europe/repositories/agents"],
    [`${ADDRESS}/dev`, undefined],
    ["us-central1-docker.pkg.dev/p", undefined],
    ["docker.io/library", undefined],
  ])("%s means %s", (address, expected) => expect(artifactRepository(address)).toBe(expected));

  test("is told again from its name", () => expect(repositoryAddress(REPOSITORY)).toBe(ADDRESS));
});
