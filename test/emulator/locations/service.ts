import { GoogleError } from "../core/google-error.ts";
import type { Service } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";

// Not documented for this method; the form is AIP-158's.
const LIST_LIMITS = { defaultSize: 100, largestSize: 1000 };

/** Cloud Run's regions, of version 1 of its API, which alone lists them (docs: run/reference/rest/v1/projects.locations/list). */
export function locationsService(platform: Platform): Service {
  return {
    unary: {
      "google.cloud.location.Locations.ListLocations": (request, call) => {
        const idOrNumber = /^projects\/([^/]+)$/.exec(String(request.name))?.[1] ?? "";
        const project = platform.findProject(idOrNumber);
        call.authorize("run.locations.list", `projects/${project?.number ?? idOrNumber}`);
        if (project === undefined)
          throw new GoogleError(
            "PERMISSION_DENIED",
            `Permission denied on resource project ${idOrNumber} (or it may not exist).`,
          );
        const all = REGIONS.map((locationId, index) => ({
          sequence: REGIONS.length - index,
          resource: {
            name: `projects/${project.id}/locations/${locationId}`,
            locationId,
            labels: { "cloud.googleapis.com/region": locationId },
          },
        }));
        const { items, nextPageToken } = pageOf(all, request, LIST_LIMITS);
        return listReply(
          "locations",
          items.map(({ resource }) => resource),
          nextPageToken,
        );
      },
    },
  };
}

// docs.cloud.google.com/run/docs/locations
const REGIONS = [
  ...["africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2"],
  ...["asia-northeast3", "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2"],
  ...["australia-southeast1", "australia-southeast2", "europe-central2", "europe-north1"],
  ...["europe-southwest1", "europe-west1", "europe-west10", "europe-west12", "europe-west2"],
  ...["europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9"],
  ...["me-central1", "me-central2", "me-west1", "northamerica-northeast1"],
  ...["northamerica-northeast2", "southamerica-east1", "southamerica-west1", "us-central1"],
  ...["us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3"],
  ...["us-west4"],
];
