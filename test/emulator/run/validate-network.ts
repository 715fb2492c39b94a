import type { Json } from "../core/handler.ts";
import type { Violations } from "./violations.ts";

const TEMPLATE = "job.template.template";
const PROJECT = "[a-z][a-z0-9.:-]*[a-z0-9]|[0-9]+";
/** RFC 1035, as Compute Engine names networks, subnetworks and tags (its API's Network.name and Tags.items). */
const NAME = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";

// vendor_settings.proto, VpcAccess.connector; a bare name is known from v1's annotation only.
const CONNECTOR = new RegExp(`^projects/(${PROJECT})/locations/[a-z0-9-]+/connectors/${NAME}$`);
// https://cloud.google.com/run/docs/configuring/vpc-direct-vpc: a name, or a full one for a Shared VPC.
const NETWORK = new RegExp(`^(projects/(${PROJECT})/global/networks/)?${NAME}$`);
const SUBNETWORK = new RegExp(`^(projects/(${PROJECT})/regions/[a-z0-9-]+/subnetworks/)?${NAME}$`);
const TAG = new RegExp(`^${NAME}$`);
// task_template.proto, TaskTemplate.encryption_key: a cloudkms.googleapis.com/CryptoKey.
const KEY = new RegExp(
  `^projects/(${PROJECT})/locations/[a-z0-9-]+/keyRings/[A-Za-z0-9_-]{1,63}/cryptoKeys/[A-Za-z0-9_-]{1,63}$`,
);

/** Checks how a task reaches a network, and the key that encrypts it. */
export function checkNetworkAndKey(
  { vpcAccess, encryptionKey }: Json,
  violations: Violations,
): void {
  if (vpcAccess !== undefined) checkVpcAccess(vpcAccess, violations);
  if (encryptionKey === undefined || KEY.test(encryptionKey)) return;
  violations.add(`${TEMPLATE}.encryption_key`, "must be the full name of a Cloud KMS key.");
}

function checkVpcAccess({ connector, networkInterfaces = [] }: Json, violations: Violations): void {
  const at = `${TEMPLATE}.vpc_access`;
  if (connector !== undefined && !CONNECTOR.test(connector)) {
    violations.add(
      `${at}.connector`,
      "must be projects/{project}/locations/{location}/connectors/{connector}.",
    );
  }
  if (connector !== undefined && networkInterfaces.length > 0) {
    violations.add(at, "only one of connector and network_interfaces may be set.");
  }
  // vendor_settings.proto, VpcAccess.network_interfaces
  if (networkInterfaces.length > 1) {
    violations.add(`${at}.network_interfaces`, "at most one network interface is supported.");
  }
  for (const [index, each] of networkInterfaces.entries()) {
    checkInterface(each, `${at}.network_interfaces[${index}]`, violations);
  }
}

function checkInterface(
  { network, subnetwork, tags = [] }: Json,
  at: string,
  violations: Violations,
): void {
  // vendor_settings.proto, NetworkInterface.network
  if (network === undefined && subnetwork === undefined) {
    violations.add(at, "at least one of network or subnetwork must be specified.");
  }
  if (network !== undefined && !NETWORK.test(network)) {
    violations.add(`${at}.network`, "is not the name of a network.");
  }
  if (subnetwork !== undefined && !SUBNETWORK.test(subnetwork)) {
    violations.add(`${at}.subnetwork`, "is not the name of a subnetwork.");
  }
  for (const [index, tag] of tags.entries()) {
    if (!TAG.test(tag)) violations.add(`${at}.tags[${index}]`, "is not a network tag.");
  }
}
