import { AsyncLocalStorage } from "node:async_hooks";
import type { Around } from "./fake-secret-manager.ts";

/**
 * Lets several tasks call one service in a random order that a seed decides: each call waits for its turn before its effect, and once more before
 * its answer. A turn is given only when every task that has not ended waits for one, so that they truly overlap.
 */
export class Interleaver {
  readonly #storage = new AsyncLocalStorage<number>();
  readonly #random: () => number;
  #running = new Set<number>();
  #waiting: { readonly task: number; readonly go: () => void }[] = [];
  #decision: NodeJS.Immediate | undefined;

  constructor(seed: number) {
    this.#random = generator(seed);
  }

  readonly around: Around = async (_call, effect) => {
    await this.#turn();
    const outcome = settled(effect);
    await this.#turn();
    return outcome();
  };

  /** Runs the tasks until all have ended. */
  async all<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
    this.#running = new Set(tasks.keys());
    return Promise.all(
      tasks.map((task, index) =>
        this.#storage.run(index, () =>
          task().finally(() => {
            this.#running.delete(index);
            this.#decide();
          }),
        ),
      ),
    );
  }

  #turn(): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ task: this.#storage.getStore() ?? 0, go });
      this.#decide();
    });
  }

  /** After what is under way has come to wait, too. */
  #decide(): void {
    this.#decision ??= setImmediate(() => {
      this.#decision = undefined;
      const allWait = [...this.#running].every((one) =>
        this.#waiting.some(({ task }) => task === one),
      );
      if (!allWait || this.#waiting.length === 0) return;
      const [chosen] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
      chosen?.go();
      this.#decide();
    });
  }
}

function settled<T>(effect: () => T): () => T {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Numbers from 0 to 1, always the same for a seed (a linear congruential generator, Numerical Recipes' constants). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
