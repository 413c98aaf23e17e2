import { stringify } from 'yaml'

/** What an exported deployment is, for its files. */
export interface ExportFacts {
  name: string
  revision: number
  modelUri: string
  /** Image that is built from the folder. */
  image: string
  /** Python that has the packages, such as 3.11.7. */
  python: string
  /** Whether the model's libraries want the system's OpenMP. */
  openMp: boolean
  workers: number
  /** Most that one process of the model takes. */
  workerBytes: number
}

/** Where it listens inside its container. */
export const containerPort = 8080
/** User and group that it runs as. */
export const containerUser = 10_001
/** The Node that the server is tried with. */
const nodeVersion = '24.21.0'

/** A Dockerfile: pinned, in layers that change as seldom as possible, run by nobody's user. */
export function dockerfile({ name, revision, modelUri, python, openMp }: ExportFacts): string {
  const check = `fetch('http://127.0.0.1:${containerPort}/v2/health/ready').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))`
  const lines = [
    `# ${name}, revision ${revision} (${modelUri}). Made by: daybook export-deployment ${name}`,
    `FROM node:${nodeVersion}-bookworm-slim AS node`,
    '',
    `FROM python:${python}-slim-bookworm`,
    'COPY --from=node /usr/local/bin/node /usr/local/bin/node',
    ...(openMp
      ? [
          'RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*',
        ]
      : []),
    `RUN groupadd --gid ${containerUser} daybook \\`,
    `  && useradd --uid ${containerUser} --gid ${containerUser} --no-create-home --shell /usr/sbin/nologin daybook`,
    'WORKDIR /srv/daybook',
    'COPY requirements.txt ./',
    'RUN pip install --no-cache-dir -r requirements.txt',
    'COPY serve.mjs deployment.json checksums ./',
    'COPY python ./python',
    'COPY model ./model',
    `USER ${containerUser}:${containerUser}`,
    `ENV DAYBOOK_PORT=${containerPort} PYTHONDONTWRITEBYTECODE=1`,
    `EXPOSE ${containerPort}`,
    `HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", ${JSON.stringify(check)}]`,
    'CMD ["node", "serve.mjs"]',
  ]
  return `${lines.join('\n')}\n`
}

/** A compose file: on this machine alone, with nothing that it could write to but its scratch folder. */
export function composeFile({ name, image, workers, workerBytes }: ExportFacts): string {
  const service = {
    build: '.',
    image,
    ports: [`127.0.0.1:${containerPort}:${containerPort}`],
    environment: { DAYBOOK_TOKEN: '${DAYBOOK_TOKEN:?set a token that clients send}' },
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    mem_limit: `${memoryMebibytes(workers, workerBytes)}m`,
    restart: 'unless-stopped',
  }
  return stringify({ name, services: { [name]: service } }, { lineWidth: 0 })
}

/** Memory of the gateway and all processes of the model. */
export function memoryMebibytes(workers: number, workerBytes: number): number {
  return Math.ceil((workers * workerBytes) / 2 ** 20) + 256
}

/** What to do with the folder, for people. */
export function readme({ name, image }: ExportFacts): string {
  return `# ${name}

    docker build -t ${image} .
    docker run --rm -p 127.0.0.1:${containerPort}:${containerPort} -e DAYBOOK_TOKEN=… ${image}
    DAYBOOK_TOKEN=… docker compose up
    kubectl create secret generic ${name}-token --from-literal=token=…
    kubectl apply -f kubernetes/
    kubectl apply -f kserve/inferenceservice.yaml        # with KServe instead

Without a container: \`python -m venv .venv && .venv/bin/pip install -r requirements.txt\`, then
\`DAYBOOK_PYTHON=.venv/bin/python DAYBOOK_BIND=127.0.0.1 node serve.mjs\` (Node 22 or newer).

It answers \`POST /${name}/invocations\` (MLflow scoring) and \`POST /v2/models/${name}/infer\` (Open Inference Protocol),
\`/v2/health/ready\`, \`/metrics\`, \`/openapi.json\`. Put the image where the cluster finds it, and change \`image:\` in
the manifests if that is elsewhere. \`checksums\` holds the SHA-256 of each file of the model. Predictions are recorded
only where \`DAYBOOK_STATE\` names a folder that can be written to.
`
}
