import type { SignatureColumn } from '../models/signature.ts'
import type { Deployment } from './deployment.ts'

/** What can be asked of deployments, as OpenAPI 3.1. */
export function openApi(deployments: readonly Deployment[], version: string): unknown {
  const paths: Record<string, unknown> = {}
  for (const deployment of deployments) {
    const { name } = deployment.record
    const { champion } = deployment.record
    const revision = champion === null ? undefined : deployment.loaded(champion)
    const inputs = revision?.model.signature.inputs ?? null
    const row = inputs?.kind === 'columns' ? rowSchema(inputs.columns) : { type: 'object' }
    const example = revision?.model.example
    paths[`/${name}/invocations`] = {
      post: {
        summary: `Predictions of ${name}`,
        operationId: `predict_${name.replaceAll('-', '_')}`,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                oneOf: [
                  property('dataframe_records', { type: 'array', items: row }),
                  property('dataframe_split', {
                    type: 'object',
                    properties: {
                      columns: { type: 'array', items: { type: 'string' } },
                      data: { type: 'array' },
                    },
                    required: ['data'],
                  }),
                  property('instances', { type: 'array' }),
                  property('inputs', {}),
                ],
              },
              ...(example === null || example === undefined ? {} : { example }),
            },
            'text/csv': { schema: { type: 'string' } },
          },
        },
        responses: {
          200: {
            description: 'One prediction a row',
            content: { 'application/json': { schema: property('predictions', {}) } },
          },
          400: { description: 'The body is not what the model takes; the message names column and row' },
          401: { description: 'The token is missing' },
          413: { description: 'The body is too large' },
          503: { description: 'Too many requests wait; Retry-After says when to come again' },
        },
      },
    }
    paths[`/v2/models/${name}/infer`] = {
      post: {
        summary: `Predictions of ${name}, Open Inference Protocol v2`,
        requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
        responses: {
          200: { description: 'Tensors' },
          400: { description: 'The request is not what the model takes' },
        },
      },
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Daybook deployments', version },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
    paths,
  }
}

function rowSchema(columns: readonly SignatureColumn[]): unknown {
  const types: Partial<Record<SignatureColumn['type'], unknown>> = {
    boolean: { type: 'boolean' },
    integer: { type: 'integer', format: 'int32' },
    long: { type: 'integer', format: 'int64' },
    float: { type: ['number', 'null'], format: 'float' },
    double: { type: ['number', 'null'], format: 'double' },
    string: { type: ['string', 'null'] },
    datetime: { type: ['string', 'null'], format: 'date-time' },
  }
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map(({ name, type }) => [name, types[type] ?? {}])),
    required: columns.filter(({ required }) => required).map(({ name }) => name),
  }
}

function property(name: string, schema: unknown): unknown {
  return { type: 'object', properties: { [name]: schema }, required: [name] }
}
