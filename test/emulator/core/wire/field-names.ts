import type { protobuf } from "google-gax";

/** `taskCount` → `task_count`: errors and path variables use the names of the proto file. */
export const protoName = (jsonName: string): string =>
  jsonName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `task_count` → `taskCount`. */
export const jsonName = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** JSON may use either spelling (protobuf.dev, ProtoJSON format). */
export const findField = (type: protobuf.Type, name: string): protobuf.Field | undefined =>
  Object.hasOwn(type.fields, name)
    ? type.fields[name]
    : type.fieldsArray.find((field) => protoName(field.name) === name);
