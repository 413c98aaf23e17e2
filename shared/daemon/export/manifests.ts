import { stringify } from 'yaml'
import { containerPort, containerUser, memoryMebibytes, type ExportFacts } from './image_files.ts'

/** Manifests for Kubernetes, by file name: a Deployment, its Service, an autoscaler. */
export function kubernetesManifests(facts: ExportFacts): Record<string, string> {
  const { name } = facts
  const labels = labelsOf(facts)
  const select = { 'app.kubernetes.io/name': name }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels, annotations: annotationsOf(facts) },
    spec: {
      replicas: 2,
      // The new one answers its example before an old one goes.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: select },
      template: { metadata: { labels }, spec: podOf(facts) },
    },
  }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: { selector: select, ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] },
  }
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, labels },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    },
  }
  return {
    'deployment.yaml': yaml(deployment),
    'service.yaml': yaml(service),
    'autoscaler.yaml': yaml(autoscaler),
  }
}

/** KServe's InferenceService with the same container; its Open Inference Protocol is the container's own. */
export function inferenceService(facts: ExportFacts): string {
  const pod = podOf(facts)
  const containers = pod.containers.map((container) => ({
    ...container,
    name: 'kserve-container',
    // KServe's proxy looks for this name.
    ports: [{ name: 'http1', containerPort, protocol: 'TCP' }],
    readinessProbe: probe('/v2/health/ready', containerPort),
    livenessProbe: probe('/v2/health/live', containerPort),
    startupProbe: { ...probe('/v2/health/ready', containerPort), failureThreshold: 60, periodSeconds: 2 },
  }))
  return yaml({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: facts.name, labels: labelsOf(facts), annotations: annotationsOf(facts) },
    spec: { predictor: { minReplicas: 1, maxReplicas: 10, ...pod, containers } },
  })
}

function podOf({ name, image, workers, workerBytes }: ExportFacts) {
  const memory = `${memoryMebibytes(workers, workerBytes)}Mi`
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 40,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: containerUser,
      runAsGroup: containerUser,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name,
        image,
        ports: [{ name: 'http', containerPort, protocol: 'TCP' }],
        env: [
          { name: 'DAYBOOK_PORT', value: String(containerPort) },
          { name: 'DAYBOOK_TOKEN', valueFrom: { secretKeyRef: { name: `${name}-token`, key: 'token' } } },
        ],
        resources: { requests: { cpu: '250m', memory: '384Mi' }, limits: { memory } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        readinessProbe: probe('/v2/health/ready', 'http'),
        livenessProbe: probe('/v2/health/live', 'http'),
        startupProbe: { ...probe('/v2/health/ready', 'http'), failureThreshold: 60, periodSeconds: 2 },
        volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
      },
    ],
    volumes: [{ name: 'scratch', emptyDir: {} }],
  }
}

function probe(path: string, port: string | number) {
  return { httpGet: { path, port }, periodSeconds: 10, timeoutSeconds: 5 }
}

function labelsOf({ name, revision }: ExportFacts): Record<string, string> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/version': String(revision),
    'app.kubernetes.io/managed-by': 'daybook',
  }
}

function annotationsOf({ modelUri }: ExportFacts): Record<string, string> {
  return { 'daybook/model': modelUri }
}

function yaml(value: unknown): string {
  // What stands twice is written twice: not every reader of manifests knows anchors.
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 })
}
