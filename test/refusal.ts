import { AlError } from "../src/errors.ts";

/** What a person reads of the error that an action ends with, for snapshots; `shown` replaces what differs between machines. */
export async function refusal(
  action: () => unknown,
  shown: (text: string) => string = (text) => text,
): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof AlError)) throw error;
    const { name, exit, message, why = "-", remedy } = error;
    return shown(`${name}, exit ${exit}\nwhat: ${message}\nwhy: ${why}\nremedy: ${remedy}`);
  }
  return "nothing was refused";
}
