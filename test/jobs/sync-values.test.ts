import fc from "fast-check";
import { expect, test } from "vitest";
import { anyStore, expectedOf } from "../support/any-store.ts";
import { FakeSecretManager } from "../support/fake-secret-manager.ts";
import { SyncMachine, seenByAgent } from "../support/sync-machine.ts";
import { inTemporaryDirectory } from "../support/temporary-directory.ts";

// From the files of a store to what the agent finds, with a model of Secret Manager in between.

test("the agent finds exactly the files and variables that the rules ask for, and a second sync asks nothing", () =>
  fc.assert(
    fc.asyncProperty(anyStore, ({ refs, files }) =>
      inTemporaryDirectory(async (directory) => {
        const fake = new FakeSecretManager();
        const machine = new SyncMachine(fake, directory);
        await machine.write(files);
        const first = await machine.sync(refs);
        expect(seenByAgent(first.job, fake)).toEqual(expectedOf(refs, files));
        const calls = fake.calls.length;
        const second = await machine.sync(refs);
        expect({ job: second.job, calls: fake.calls.slice(calls) }).toEqual({
          job: first.job,
          calls: [],
        });
      }),
    ),
    { numRuns: 200 },
  ));

test("a machine that remembers nothing writes nothing and makes the same job", () =>
  fc.assert(
    fc.asyncProperty(anyStore, ({ refs, files }) =>
      inTemporaryDirectory(async (directory) => {
        const fake = new FakeSecretManager();
        const machine = new SyncMachine(fake, directory);
        await machine.write(files);
        const first = await machine.sync(refs);
        machine.forget();
        const calls = fake.calls.length;
        const second = await machine.sync(refs);
        const writes = fake.calls
          .slice(calls)
          .filter(({ method }) => /^(create|add|update)/.test(method));
        expect({ job: second.job, writes }).toEqual({ job: first.job, writes: [] });
      }),
    ),
  ));
