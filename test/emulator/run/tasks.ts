import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { covers, inWordsOf, missing, parseName } from "./names.ts";
import type { RunContext } from "./run-context.ts";

/** google.cloud.run.v2.Tasks. */
export function taskHandlers(context: RunContext): Readonly<Record<string, UnaryHandler>> {
  return {
    GetTask: (request, call) => getTask(context, request, call),
    ListTasks: (request, call) => listTasks(context, request, call),
  };
}

function getTask({ platform, store }: RunContext, request: Json, call: CallContext): Json {
  const name = parseName(platform, request.name, "TASK");
  call.authorize("run.tasks.get", name.iam);
  const execution = store.findExecution(name.stored.split("/").slice(0, -2).join("/"));
  const task = execution?.tasks.find((candidate) => candidate.idIn(execution) === name.ids[2]);
  if (execution === undefined || task === undefined) throw missing(name, "TASK");
  return inWordsOf(name, task.toResource(execution));
}

/** Job and execution of the parent may be `-` (task.proto, ListTasksRequest.parent). */
function listTasks({ platform, store }: RunContext, request: Json, call: CallContext): Json {
  const parent = parseName(platform, request.parent, "EXECUTION");
  call.authorize("run.tasks.list", parent.ids.includes("-") ? locationIn(parent.iam) : parent.iam);
  const showDeleted = request.showDeleted === true;
  // Nearly always one execution is meant, among very many.
  const named = store.findExecution(parent.stored);
  const executions =
    named === undefined || showDeleted ? store.listExecutions({ showDeleted }) : [named];
  const tasks = executions
    .filter((execution) => covers(parent, execution.name))
    .sort((one, other) => other.sequence - one.sequence)
    .flatMap((execution) => execution.tasks.map((task) => task.toResource(execution)));
  // The order is not documented; here it is by execution, newest first, then by index.
  const listed = tasks.map((task, position) => ({ task, sequence: tasks.length - position }));
  const { items, nextPageToken } = pageOf(listed, request, LIST_LIMITS);
  const resources = items.map(({ task }) => inWordsOf(parent, task));
  return listReply("tasks", resources, nextPageToken);
}

const locationIn = (name: string): string => name.split("/").slice(0, 4).join("/");
