import { GoogleError, type StatusName } from "../google-error.ts";

/** The refusal of a fault rule, recognisable as such. */
export const injectedError = (status: StatusName): GoogleError =>
  new GoogleError(status, `${status}: a fault that /emulator/faults asked for.`);
