// Runs in the browser. Everything shown goes through textContent: what a container wrote is never markup.

const POLL_MS = 1000;
const MOST_CALLS = 200;

/** @param {string} tag @param {string} text @param {string} [kind] */
function element(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind !== undefined) made.className = kind;
  return made;
}

/** Replaces the rows of a table; a cell is a text, or a text with a kind that colours it. */
function fill(id, rows) {
  const body = document.querySelector(`#${id} tbody`);
  const lines = rows.map((cells) => {
    const line = document.createElement("tr");
    line.append(
      ...cells.map((cell) =>
        typeof cell === "object"
          ? element("td", cell.text, cell.kind)
          : element("td", `${cell ?? ""}`),
      ),
    );
    return line;
  });
  body.replaceChildren(...lines);
  document.querySelector(`#${id} .count`).textContent = `${rows.length}`;
}

const idOf = (name) => name.split("/").at(-1);
const timeOf = (time) => (time === undefined ? "" : new Date(time).toLocaleTimeString());
const conditionOf = ({ conditions = [] }, type) => conditions.find((each) => each.type === type);

function outcomeOf(execution) {
  const completed = conditionOf(execution, "Completed");
  if (execution.completionTime === undefined && execution.reconciling)
    return { text: execution.startTime === undefined ? "pending" : "running", kind: "busy" };
  const [task] = execution.tasks ?? [];
  const { exitCode, termSignal } = task?.lastAttemptResult ?? {};
  if (execution.cancelledCount > 0) return { text: "cancelled", kind: "bad" };
  if (termSignal !== undefined) return { text: `signal ${termSignal}`, kind: "bad" };
  if (exitCode !== undefined) return { text: `exit ${exitCode}`, kind: "bad" };
  return completed?.state === "CONDITION_SUCCEEDED"
    ? { text: "exit 0", kind: "good" }
    : { text: completed?.message ?? "ended", kind: "bad" };
}

function showState({ executions, jobs, secrets }) {
  const newest = [...executions].sort((a, b) => b.createTime.localeCompare(a.createTime));
  fill(
    "executions",
    newest.map((execution) => [
      idOf(execution.name),
      outcomeOf(execution),
      timeOf(execution.startTime),
      timeOf(execution.completionTime),
    ]),
  );
  fill(
    "jobs",
    jobs.map((job) => [
      idOf(job.name),
      job.template.template.containers[0].image,
      idOf(job.template.template.serviceAccount),
      job.deleteTime === undefined
        ? job.terminalCondition.state.replace("CONDITION_", "")
        : "deleted",
    ]),
  );
  fill(
    "secrets",
    secrets.map(({ name, versions, labels = {} }) => [
      idOf(name),
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
      versions.map((version) => `${idOf(version.name)} ${version.state.toLowerCase()}`).join(", "),
    ]),
  );
}

const textOf = (entry) =>
  entry.textPayload ?? JSON.stringify(entry.jsonPayload ?? entry.protoPayload);

function showLogs({ entries }) {
  fill(
    "logs",
    entries.map((entry) => [
      timeOf(entry.timestamp),
      entry.labels?.["run.googleapis.com/execution_name"] ?? "",
      { text: entry.severity ?? "", kind: (entry.severity ?? "").toLowerCase() },
      { text: textOf(entry), kind: "text" },
    ]),
  );
}

let known = [];

async function showCalls() {
  // The last ones again: a call that was going on may have ended.
  const since = Math.max(0, known.length - 20);
  const { calls } = await read(`/emulator/calls?since=${since}`);
  known = calls.length === 0 && since > 0 ? [] : [...known.slice(0, since), ...calls];
  fill(
    "calls",
    known
      .slice(-MOST_CALLS)
      .reverse()
      .map((call) => [
        timeOf(call.startedAt),
        call.method.split(".").slice(-2).join("."),
        call.resource,
        call.principal.split("@")[0],
        { text: call.status ?? "…", kind: call.status === "OK" ? "good" : call.status && "bad" },
        call.durationMs === undefined ? "" : `${call.durationMs} ms`,
      ]),
  );
}

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function poll() {
  const status = document.querySelector("#status");
  try {
    showState(await read("/emulator/state"));
    showLogs(await read("/emulator/logs"));
    await showCalls();
    status.textContent = "live";
    status.className = "good";
  } catch (error) {
    status.textContent = `not answering: ${error.message}`;
    status.className = "bad";
  }
  setTimeout(poll, POLL_MS);
}

await poll();
