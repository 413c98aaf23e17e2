import type { Route } from './route.ts'
import { serverInfoRoutes } from './server_info.ts'

/** Every endpoint of MLflow's REST API that Daybook serves. */
export const mlflowRoutes: readonly Route[] = [...serverInfoRoutes]
