import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedOf } from "../support/any-store.ts";
import { FakeSecretManager } from "../support/fake-secret-manager.ts";
import { type Files, SyncMachine, seenByAgent } from "../support/sync-machine.ts";
import { inTemporaryDirectory } from "../support/temporary-directory.ts";

// Two machines with stores of their own rotate values in any order, one after the other.

const REFS = ["github_token", "git_ssh:botty"];
const START: Files = {
  "github_token/default/token": "one",
  "git_ssh/botty/id_rsa": "one",
  "git_ssh/botty/username": "one",
  "git_ssh/botty/email": "two",
};

type Step = {
  readonly machine: 0 | 1;
  /** What the file is to hold from now on; few values, so that old ones return and different fields hold the same. */
  readonly path: string;
  readonly text: string;
  /** What the world does besides. */
  readonly also: "nothing" | "forget" | "destroy unused";
};

const anyStep = (
  texts: readonly string[],
  also: readonly Step["also"][] = ["nothing", "nothing", "forget"],
): fc.Arbitrary<Step> =>
  fc.record({
    machine: fc.constantFrom(0, 1),
    path: fc.constantFrom(...Object.keys(START), "git_ssh/botty/passphrase"),
    text: fc.constantFrom(...texts),
    also: fc.constantFrom(...also),
  });

/** Contents that a secret holds in more enabled versions than it has fields that ever held them. */
function doubled(fake: FakeSecretManager, everHeld: ReadonlySet<string>): string[] {
  return fake.ids().flatMap((id) => {
    const contents = fake.contents(id);
    return [...new Set(contents)].flatMap((content) => {
      const held = contents.filter((other) => other === content).length;
      const allowed = id.endsWith("--_files")
        ? [...everHeld].filter(
            (key) => key.startsWith("git_ssh/") && key.endsWith(`=${content.trim()}`),
          ).length
        : 1;
      return held > allowed ? [`${id} holds ${JSON.stringify(content)} ${held} times`] : [];
    });
  });
}

class TwoMachines {
  readonly fake = new FakeSecretManager();
  readonly #machines: readonly SyncMachine[];
  readonly #files: Files[] = [START, START];
  readonly everHeld = new Set(Object.entries(START).map(([path, text]) => `${path}=${text}`));
  readonly #pinned = [new Set<string>(), new Set<string>()];

  constructor(directory: string) {
    this.#machines = ["one", "two"].map((name) => {
      mkdirSync(join(directory, name));
      return new SyncMachine(this.fake, join(directory, name));
    });
  }

  async carryOut({ machine: index, path, text, also }: Step) {
    const machine = this.#machines[index] as SyncMachine;
    const files = { ...this.#files[index], [path]: text };
    // A credential of which nothing is left is refused before any sync.
    if (!REFS.every((ref) => holdsSomething(files, ref))) return undefined;
    this.#files[index] = files;
    this.everHeld.add(`${path}=${text}`);
    if (also === "forget") machine.forget();
    if (also === "destroy unused") this.#destroyUnused();
    await machine.write(files);
    const synced = await machine.sync(REFS);
    this.#pinned[index] = new Set(
      synced.steps.flatMap(({ wanted, items }) =>
        items.map((item) => `${wanted.id}/${item.version}`),
      ),
    );
    const calls = this.fake.calls.length;
    const again = await machine.sync(REFS);
    return {
      seen: seenByAgent(synced.job, this.fake),
      expected: expectedOf(REFS, files),
      jobs: [synced.job, again.job],
      warnings: synced.warnings,
      callsOfSecondSync: this.fake.calls.slice(calls),
      doubled: doubled(this.fake, this.everHeld),
    };
  }

  #destroyUnused(): void {
    for (const id of this.fake.ids()) {
      for (const [index] of this.fake.contents(id).entries()) {
        const name = String(index + 1);
        if (!this.#pinned.some((pins) => pins.has(`${id}/${name}`))) this.fake.destroy(id, name);
      }
    }
  }
}

const holdsSomething = (files: Files, ref: string): boolean => {
  const [type = "", instance = "default"] = ref.split(":");
  return Object.entries(files).some(
    ([path, text]) => path.startsWith(`${type}/${instance}/`) && text.trim() !== "",
  );
};

const rotations = (steps: fc.Arbitrary<Step>, lag: number) =>
  fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 8 }), (given) =>
      inTemporaryDirectory(async (directory) => {
        const both = new TwoMachines(directory);
        both.fake.lag = lag;
        for (const step of given) {
          const done = await both.carryOut(step);
          if (done === undefined) continue;
          expect(done.seen).toEqual(done.expected);
          expect(done.jobs[1]).toEqual(done.jobs[0]);
          expect({
            calls: done.callsOfSecondSync,
            warnings: done.warnings,
            doubled: done.doubled,
          }).toEqual({
            calls: [],
            warnings: [],
            doubled: [],
          });
        }
      }),
    ),
    { numRuns: 40 },
  );

describe("whatever two stores rotate, each pinned version holds that store's value, nothing is stored twice, and a second sync asks nothing", () => {
  test("values changed, returned to and equal in several fields", () =>
    rotations(anyStep(["one", "two", "three"]), 0));

  test("while versions that neither uses are destroyed", () =>
    rotations(
      anyStep(["one", "two", "three"], ["nothing", "nothing", "forget", "destroy unused"]),
      0,
    ));

  test("fields that come and go", () => rotations(anyStep(["one", "two", ""]), 0));

  test("with lists that lag behind", () => rotations(anyStep(["one", "two", "three"]), 25));
});
