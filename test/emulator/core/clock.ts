import type { EmulatorClock } from "./platform.ts";

/** The machine's own clock; timers never keep the process alive. */
export const systemClock: EmulatorClock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
