import { readdirSync, readFileSync } from "node:fs";
import type { Json } from "../core/handler.ts";
import { type Schema, type Schemas, violationsOf } from "./discovery-schema.ts";

/** One REST method as a discovery document describes it. */
export type DiscoveryMethod = {
  /** e.g. `run.projects.locations.jobs.run`. */
  readonly id: string;
  matches(verb: string, path: string): boolean;
  /** What is wrong with a reply. */
  check(reply: unknown): string[];
};

const DIRECTORY = new URL("../../fixtures/google-discovery/", import.meta.url);

/** The methods of every document in test/fixtures/google-discovery. */
export function discoveryMethods(): DiscoveryMethod[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const document: Json = JSON.parse(readFileSync(new URL(name, DIRECTORY), "utf8"));
      return methodsIn(document, document.schemas);
    });
}

function methodsIn(resource: Json, schemas: Schemas): DiscoveryMethod[] {
  const own = Object.values(resource.methods ?? {}).map((method) =>
    toMethod(method as Json, schemas),
  );
  const inner = Object.values(resource.resources ?? {});
  return [...own, ...inner.flatMap((each) => methodsIn(each as Json, schemas))];
}

function toMethod(method: Json, schemas: Schemas): DiscoveryMethod {
  const template: string = method.flatPath ?? method.path;
  const pattern = new RegExp(`^/${template.replace(/\{[^}]+\}/g, "[^/:]+")}$`);
  const response: Schema = method.response ?? { type: "object" };
  return {
    id: method.id,
    matches: (verb, path) => method.httpMethod === verb && pattern.test(path),
    check: (reply) => violationsOf(reply, response, schemas),
  };
}
