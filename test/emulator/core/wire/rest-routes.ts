import type { ApiMethod, HttpBinding } from "./api-definitions.ts";
import { compilePathTemplate, type PathVariables } from "./path-template.ts";

export type RouteMatch = {
  readonly method: ApiMethod;
  readonly binding: HttpBinding;
  readonly variables: PathVariables;
};

/** Finds the method that a verb and a path mean. */
export type FindRoute = (verb: string, path: string) => RouteMatch | undefined;

/** Routes by the `google.api.http` annotations; earlier methods win. */
export function restRoutes(methods: readonly ApiMethod[]): FindRoute {
  const routes = methods.flatMap((method) =>
    method.bindings.map((binding) => ({
      method,
      binding,
      match: compilePathTemplate(binding.template),
    })),
  );
  return (verb, path) => {
    for (const { method, binding, match } of routes) {
      const variables = binding.verb === verb ? match(path) : undefined;
      if (variables !== undefined) return { method, binding, variables };
    }
    return undefined;
  };
}
