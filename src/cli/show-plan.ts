import { EXIT } from "../errors.ts";
import { previewRun } from "../jobs/plan-run.ts";
import { runOverrides } from "../mapping/overrides.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { planDocument, renderPlan } from "./render-plan.ts";
import type { Terminal } from "./terminal.ts";

/** Prints what a run would do; nothing is changed. */
export async function showPlan(
  { request, needs, mask }: PreparedRun,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { agent } = request.config;
  const document = planDocument({
    agent: agent.name,
    ...needs.google.location,
    preview: await previewRun(request, needs),
    overrides: runOverrides({
      prompt: request.prompt,
      runId: "(random)",
      timeoutSeconds: agent.timeoutSeconds,
    }),
  });
  if (options.json) terminal.json(document);
  else terminal.result(mask.hide(renderPlan(document)));
  // A plan with a conflict cannot be carried out.
  return document.secrets.some(({ action }) => action === "conflict") ? EXIT.config : 0;
}
