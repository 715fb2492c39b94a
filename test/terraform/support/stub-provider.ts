import { grpc, type protobuf } from "google-gax";
import { type Dynamic, decodeDynamic, encodeDynamic, UNKNOWN } from "./dynamic-value.ts";
import { type Block, DATA_SOURCES, PROVIDER, RESOURCES } from "./google-schemas.ts";
import { type Attributes, filledIn, PROJECT_NUMBER } from "./google-values.ts";
import { pluginProtocol } from "./plugin-protocol.ts";

/** `known`: plans say what Google would fill in; `unknown`: they leave it open, as before a first apply. */
export type Computed = "known" | "unknown";

type Message = { readonly [field: string]: unknown };
type Handler = (request: Message) => Message;

/** A provider "google" that plans and never applies; the value is for Terraform's variable TF_REATTACH_PROVIDERS. */
export type StubProvider = { readonly reattach: string; close(): void };

/** Listens on loopback. Terraform needs neither a registry nor the real provider then. */
export async function startStubProvider(computed: Computed): Promise<StubProvider> {
  const server = new grpc.Server();
  const service = pluginProtocol().lookupService("tfplugin5.Provider");
  server.addService(definitionOf(service), implementationOf(handlers(computed)));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const reattach = JSON.stringify({
    "registry.terraform.io/hashicorp/google": {
      ...{ Protocol: "grpc", ProtocolVersion: 5, Pid: process.pid, Test: true },
      Addr: { Network: "tcp", String: `127.0.0.1:${port}` },
    },
  });
  return { reattach, close: () => server.forceShutdown() };
}

const handlers = (computed: Computed): Readonly<Record<string, Handler>> => ({
  GetSchema: () => ({
    provider: schemaOf(PROVIDER),
    resourceSchemas: mapValues(RESOURCES, schemaOf),
    dataSourceSchemas: mapValues(DATA_SOURCES, schemaOf),
  }),
  PrepareProviderConfig: ({ config }) => ({ preparedConfig: config }),
  Configure: () => ({}),
  ValidateResourceTypeConfig: () => ({}),
  ValidateDataSourceConfig: () => ({}),
  PlanResourceChange: ({ typeName, proposedNewState }) => {
    const plan = planned(String(typeName), read(proposedNewState), computed);
    return { plannedState: { msgpack: encodeDynamic(plan) }, legacyTypeSystem: true };
  },
  ReadDataSource: ({ config }) => {
    const state = { ...attributesOf(read(config)), number: PROJECT_NUMBER };
    return { state: { msgpack: encodeDynamic(state) } };
  },
  Stop: () => ({}),
});

function planned(type: string, proposed: Dynamic, computed: Computed): Dynamic {
  if (proposed === null) return null;
  const given = attributesOf(proposed);
  const filled = computed === "known" ? filledIn(type, given) : {};
  const rest = computed === "known" ? null : UNKNOWN;
  const attributes = Object.entries(RESOURCES[type]?.attributes ?? {})
    .filter(([name, [use]]) => (use === "computed" || use === "given") && given[name] === null)
    .map(([name]) => [name, filled[name] ?? rest] as const);
  return { ...given, ...Object.fromEntries(attributes) };
}

const read = (message: unknown): Dynamic =>
  decodeDynamic((message as { readonly msgpack: Uint8Array }).msgpack);

const attributesOf = (value: Dynamic): Attributes => value as Attributes;

const NESTING = { list: 2, set: 3 } as const;

const schemaOf = (block: Block): Message => ({ version: 0, block: blockOf(block) });

const blockOf = ({ attributes, blocks = {} }: Block): Message => ({
  attributes: Object.entries(attributes).map(([name, [use, type = "string"]]) => ({
    ...{ name, type: Buffer.from(JSON.stringify(type)), required: use === "required" },
    ...{ optional: use === "optional" || use === "given" },
    computed: use === "computed" || use === "given",
  })),
  blockTypes: Object.entries(blocks).map(([typeName, { nesting, max = 0, block }]) => ({
    ...{ typeName, nesting: NESTING[nesting], maxItems: max, block: blockOf(block) },
  })),
});

const mapValues = <Value, Result>(
  table: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));

const definitionOf = (service: protobuf.Service): grpc.ServiceDefinition =>
  mapValues(service.methods, (method) => {
    method.resolve();
    const { resolvedRequestType: asked, resolvedResponseType: told } = method;
    if (asked === null || told === null) throw new Error(`${method.name} lacks a type.`);
    return {
      path: `/tfplugin5.Provider/${method.name}`,
      ...{ requestStream: false, responseStream: false },
      requestSerialize: (request: Message) => Buffer.from(asked.encode(request).finish()),
      requestDeserialize: (bytes: Buffer) => asked.decode(bytes),
      responseSerialize: (reply: Message) =>
        Buffer.from(told.encode(told.fromObject(reply)).finish()),
      responseDeserialize: (bytes: Buffer) => told.decode(bytes),
    };
  });

const implementationOf = (
  table: Readonly<Record<string, Handler>>,
): grpc.UntypedServiceImplementation =>
  mapValues(
    table,
    (handler): grpc.handleUnaryCall<Message, Message> =>
      (call, reply) => {
        try {
          reply(null, handler(call.request));
        } catch (error) {
          reply({ code: grpc.status.INTERNAL, details: String(error) });
        }
      },
  );
