import { relative, resolve } from 'node:path'
import { withClient, type CommandContext } from './context.ts'

/** Options of `daybook export-deployment`. */
export interface ExportDeploymentOptions {
  to: string
  revision?: number
  image?: string
}

/** `daybook export-deployment NAME --to FOLDER`: a revision as a folder that runs without Daybook. */
export async function exportDeploymentCommand(
  context: CommandContext,
  name: string,
  { to, revision, image }: ExportDeploymentOptions,
): Promise<number> {
  const { terminal } = context
  const exported = await withClient(context, (client) =>
    client.call('deployments.export', {
      ...{ name, to: resolve(to) },
      ...{ revision: revision ?? null, image: image ?? null },
    }),
  )
  if (context.json) {
    terminal.out(JSON.stringify(exported, null, 2))
    return 0
  }
  const folder = relative(process.cwd(), exported.folder) || '.'
  terminal.out(
    [
      `${name} revision ${exported.revision} (${exported.modelUri}) is in ${folder}, with ${exported.packages.length} packages pinned.`,
      '',
      `  docker build -t ${exported.image} ${folder}`,
      `  kubectl apply -f ${folder}/kubernetes/`,
      `  ${folder}/README.md says the rest, also how it runs without a container.`,
    ].join('\n'),
  )
  return 0
}
