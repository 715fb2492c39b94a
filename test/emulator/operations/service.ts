import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, Service } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import type { OperationStore } from "./operation-store.ts";

const NAME = /^projects\/([^/]+)\/locations\/([^/]+)\/operations\/([^/]+)$/;
const PARENT = /^projects\/([^/]+)\/locations\/([^/]+)(?:\/operations)?$/;

// WaitOperation "will wait until the specified timeout, or the RPC timeout": 30 s is what gcloud asks for
// (gcloud, command_lib/run/op_pollers.py), and what is waited when nothing is asked.
const LONGEST_WAIT_MS = 30_000;

type Asked = { readonly name: string; readonly parent: string; readonly resource: string };

/** google.longrunning.Operations as Cloud Run serves it: get, list, delete and wait, but no cancel (run_v2.yaml). */
export function operationsService(platform: Platform, operations: OperationStore): Service {
  const asked = (request: Json, pattern: RegExp): Asked => {
    const [, project = "", location = "", id] = pattern.exec(request.name ?? "") ?? [];
    const found = platform.findProject(project);
    if (found === undefined)
      throw new GoogleError("INVALID_ARGUMENT", "Request contains an invalid argument.");
    const parent = `projects/${project}/locations/${location}`;
    const resource = `projects/${found.number}/locations/${location}`;
    return id === undefined
      ? { name: parent, parent, resource }
      : { name: request.name, parent, resource: `${resource}/operations/${id}` };
  };

  /** An operation belongs to one project: the same id under another project is not there. */
  const isOf = (operation: Json, project: string): boolean =>
    platform.findProject(String(operation.name).split("/")[1] ?? "")?.number ===
    platform.findProject(project)?.number;

  const getOwn = (name: string): Json => {
    const operation = operations.get(name);
    if (!isOf(operation, name.split("/")[1] ?? ""))
      throw new GoogleError("NOT_FOUND", `Operation '${name}' does not exist.`);
    return operation;
  };

  const get = (request: Json, call: CallContext): Json => {
    const { name, resource } = asked(request, NAME);
    call.authorize("run.operations.get", resource);
    return getOwn(name);
  };

  return {
    unary: {
      "google.longrunning.Operations.GetOperation": get,
      "google.longrunning.Operations.ListOperations": (request, call) => {
        const { parent, resource } = asked(request, PARENT);
        call.authorize("run.operations.list", resource);
        const project = parent.split("/")[1] ?? "";
        return { operations: operations.list(parent).filter((each) => isOf(each, project)) };
      },
      "google.longrunning.Operations.DeleteOperation": (request, call) => {
        const { name, resource } = asked(request, NAME);
        call.authorize("run.operations.delete", resource);
        operations.delete(getOwn(name).name);
        return {};
      },
      "google.longrunning.Operations.WaitOperation": async (request, call) => {
        const operation = get(request, call);
        if (!operation.done) await doneOrTimeout(request, { platform, operations });
        return getOwn(request.name);
      },
    },
  };
}

function doneOrTimeout(
  request: Json,
  { platform, operations }: { platform: Platform; operations: OperationStore },
): Promise<void> {
  return new Promise((resolve) => {
    const timer = platform.clock.after(waitMs(request.timeout), () => {
      forget();
      resolve();
    });
    const forget = operations.onDone(request.name, () => {
      timer.cancel();
      resolve();
    });
  });
}

const waitMs = (timeout: unknown): number =>
  typeof timeout === "string"
    ? Math.min(Number.parseFloat(timeout) * 1000, LONGEST_WAIT_MS)
    : LONGEST_WAIT_MS;
