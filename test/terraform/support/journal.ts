import type { World } from "../../support/world.ts";

/** A call as the emulator's journal has it. */
export type JournalLine = {
  readonly method: string;
  readonly principal: string;
  readonly permissions: readonly string[];
  readonly resource: string;
  readonly status?: string;
};

/** The calls after the first so many. */
export async function journalSince(
  { emulator }: World,
  count: number,
): Promise<readonly JournalLine[]> {
  const answer = await fetch(`${emulator.url}/emulator/calls?since=${count}`);
  return ((await answer.json()) as { readonly calls: readonly JournalLine[] }).calls;
}

export const callsOf = (calls: readonly JournalLine[], caller: string): readonly JournalLine[] =>
  calls.filter(({ principal }) => principal === caller);

/** Every permission that somebody was asked for, in order. */
export const permissionsIn = (calls: readonly JournalLine[]): string[] =>
  [...new Set(calls.flatMap(({ permissions }) => permissions))].sort();

/** What was refused: the method, and the permission that was lacking, which is the last one asked for. */
export const refusalsIn = (calls: readonly JournalLine[]): string[] =>
  [
    ...new Set(
      calls
        .filter(({ status }) => status === "PERMISSION_DENIED")
        .map(({ method, permissions }) => `${permissions.at(-1)} by ${shortMethod(method)}`),
    ),
  ].sort();

const shortMethod = (method: string): string => method.split(".").slice(-2).join(".");
