import type { TableProblem } from "../config/check-table.ts";
import { addCommand } from "../credentials/add-command.ts";
import { formatRef } from "../credentials/ref.ts";
import type { StoreProblem } from "../credentials/store-problems.ts";
import type { CredentialStatus } from "./credential-status.ts";
import type { GatewayKey } from "./gateway-key.ts";
import type { Terminal } from "./terminal.ts";

/** Every problem of the configuration with what mends it. */
export function renderProblems(problems: readonly TableProblem[], terminal: Terminal): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    `${terminal.styled("red", "error:")} ${count} in the configuration; credentials were not looked at`,
    ...problems.flatMap(({ what, remedy }) => [
      `  ${indent(what, 2)}`,
      `    mend: ${indent(remedy, 10)}`,
    ]),
  ].join("\n");
}

const indent = (text: string, by: number): string => text.split("\n").join(`\n${" ".repeat(by)}`);

/** Where the gateway's key is, and once what it is. */
export function gatewayNote(key: GatewayKey, { showsValue }: { showsValue: boolean }): string {
  switch (key.state) {
    case "stored":
      return "  ok       Gateway API key (gateway_api_key)";
    case "absent":
      return "  note     gateway_api_key is not stored; al doctor without --check generates it";
    case "generated":
      return showsValue
        ? `  new      Gateway API key (gateway_api_key), shown only now: ${key.value.reveal()}\n           Stored in ${key.path}`
        : `  new      Gateway API key (gateway_api_key), stored in ${key.path}`;
  }
}

/** The last words: done, or what is still to do. */
export function summary(seen: {
  readonly statuses: readonly CredentialStatus[];
  readonly agents: number;
  readonly project: string;
  readonly store: string;
}): string {
  if (seen.agents === 0)
    return `No agents in ${seen.project}: create one in agents/<name>/SKILL.md.`;
  const open = seen.statuses.filter(({ state }) => state !== "ok");
  const total = count(seen.statuses.length, "credential");
  if (open.length === 0) return `${count(seen.agents, "agent")}, ${total}: all there.`;
  return [
    `${open.length} of ${total} missing or refused. To mend:`,
    ...open.map((status) => `  ${addCommand(status.required.ref, seen)}`),
  ].join("\n");
}

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

/** The whole result for programs. */
export const doctorDocument = (seen: {
  readonly statuses: readonly CredentialStatus[];
  readonly storeProblems: readonly StoreProblem[];
  readonly gateway: GatewayKey;
  readonly notes: readonly string[];
}): object => ({
  ok: seen.statuses.every(({ state }) => state === "ok"),
  problems: [],
  credentials: seen.statuses.map(({ required, state, stored, missing, check }) => ({
    ref: formatRef(required.ref),
    state,
    stored,
    missing,
    usedBy: required.usedBy,
    ...(check === undefined ? {} : { check }),
  })),
  gatewayKey: { state: seen.gateway.state, path: seen.gateway.path },
  store: seen.storeProblems,
  notes: seen.notes,
});
