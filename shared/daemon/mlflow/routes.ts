import { artifactProxyRoutes } from './artifact_proxy.ts'
import { artifactRoutes } from './artifacts.ts'
import { artifactPartRoutes } from './artifact_parts.ts'
import { datasetRoutes } from './datasets.ts'
import { experimentRoutes } from './experiments.ts'
import { loggedModelRoutes } from './logged_models.ts'
import { metricRoutes } from './metrics.ts'
import { modelVersionRoutes } from './model_versions.ts'
import { registeredModelRoutes } from './registered_models.ts'
import type { Route } from './route.ts'
import { runLoggingRoutes } from './run_logging.ts'
import { runRoutes } from './runs.ts'
import { serverInfoRoutes } from './server_info.ts'

/** Every endpoint of MLflow's REST API that Daybook serves. */
export const mlflowRoutes: readonly Route[] = [
  ...serverInfoRoutes,
  ...experimentRoutes,
  ...runRoutes,
  ...runLoggingRoutes,
  ...metricRoutes,
  ...datasetRoutes,
  ...registeredModelRoutes,
  ...modelVersionRoutes,
  ...loggedModelRoutes,
  ...artifactRoutes,
  ...artifactProxyRoutes,
  ...artifactPartRoutes,
]
