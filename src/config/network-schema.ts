import { z } from "zod";

/** A project's id (with its domain, where it has one) or number. */
const PROJECT = "[a-z0-9][a-z0-9.:-]*[a-z0-9]";
/** RFC 1035, which Compute Engine demands of networks, subnetworks and tags. */
const NAME = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
const KEY_PART = "[A-Za-z0-9_-]{1,63}";

const matching = (pattern: string, problem: string) =>
  z.string().regex(new RegExp(`^${pattern}$`), problem);

/**
 * How jobs reach a network. The forms are those of the Cloud Run API (google/cloud/run/v2/vendor_settings.proto): a connector has
 * its full name, a network or subnetwork its name, or the full one where another project shares it.
 */
export const vpcSchema = z
  .strictObject({
    connector: matching(
      `projects/${PROJECT}/locations/[a-z0-9-]+/connectors/${NAME}`,
      "is not the full name of a connector (projects/…/locations/…/connectors/…)",
    ).optional(),
    network: matching(
      `(projects/${PROJECT}/global/networks/)?${NAME}`,
      "is not the name of a network (default, or projects/…/global/networks/…)",
    ).optional(),
    subnetwork: matching(
      `(projects/${PROJECT}/regions/[a-z0-9-]+/subnetworks/)?${NAME}`,
      "is not the name of a subnetwork (agents, or projects/…/regions/…/subnetworks/…)",
    ).optional(),
    tags: z
      .array(
        matching(
          NAME,
          "is not a network tag: lower-case letters, digits and dashes, at most 63, beginning with a letter",
        ),
      )
      .optional(),
    egress: z.enum(["all-traffic", "private-ranges-only"]).optional(),
  })
  .refine(
    ({ connector, network, subnetwork }) =>
      (connector === undefined) === (network !== undefined || subnetwork !== undefined),
    "needs either connector, or network or subnetwork",
  );

/** The key that encrypts jobs' images (https://cloud.google.com/kms/docs/resource-hierarchy). */
export const encryptionKeySchema = matching(
  `projects/${PROJECT}/locations/[a-z0-9-]+/keyRings/${KEY_PART}/cryptoKeys/${KEY_PART}`,
  "is not the full name of a Cloud KMS key (projects/…/locations/…/keyRings/…/cryptoKeys/…)",
);
