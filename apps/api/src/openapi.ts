import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { SESSION } from './auth/cookies.js';
import { PERMISSION_MEMBER, type RouteAccess } from './auth/permit.js';

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id', 'retryable', 'next_action'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable, dotted' },
    request_id: { type: 'string' },
    retryable: { type: 'boolean' },
    next_action: { type: 'object', properties: { actor: { type: 'string' }, label: { type: 'string' } } },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } } },
    },
    upstream: {
      type: 'object',
      description: "The EHR's own words",
      properties: { status: { type: 'integer' }, error: { type: 'string' }, error_description: { type: 'string' } },
    },
  },
};

type OperationObject = Pick<NonNullable<OpenAPIObject['paths'][string]['get']>, 'responses' | 'parameters' | 'security'> & {
  readonly [PERMISSION_MEMBER]?: RouteAccess;
};
const IF_MATCH = { name: 'If-Match', description: 'The ETag that was read: 412 when somebody changed it since' };
const HEADERS: Readonly<Record<string, { name: string; description: string }>> = {
  post: { name: 'Idempotency-Key', description: 'The same key and body get the first answer again, with Idempotent-Replayed: true' },
  patch: IF_MATCH,
  put: IF_MATCH,
};

/** OpenAPI 3.1 of every call at /openapi.json, and a reader at /docs that loads nothing from another host. */
export function serveOpenApi(app: INestApplication, serverUrl: string): void {
  let made: OpenAPIObject | undefined;
  const document = () => (made ??= openApi(app, serverUrl));
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Registrar API',
    swaggerOptions: { validatorUrl: null, persistAuthorization: false, tryItOutEnabled: false },
  });
}

function openApi(app: INestApplication, serverUrl: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Registrar')
    .setDescription('Brokers OAuth client registrations between hospitals and EHRs.')
    .setVersion('1')
    .addServer(serverUrl)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: rk_…' }, 'api_key')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of the configured OpenID provider' },
      'openid',
    )
    .addCookieAuth(
      SESSION,
      { type: 'apiKey', in: 'cookie', description: 'The session of a browser; Origin has to be ours where something changes' },
      'session',
    )
    .addSecurityRequirements('api_key')
    .addSecurityRequirements('openid')
    .addSecurityRequirements('session')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) => {
      const schema31 = z.toJSONSchema(schema as z.ZodType, {
        io: schemaType,
        unrepresentable: 'any',
        override: ({ jsonSchema }) => {
          // An answer may get members later; and a format says what its pattern says.
          if (schemaType === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
          if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        },
      });
      delete schema31.$schema;
      return { schema: schema31 };
    },
  });
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Problem: PROBLEM } };
  const failure = {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const path of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(path) as [string, OperationObject][]) {
      operation.responses['default'] = failure;
      if (operation[PERMISSION_MEMBER] === 'public') operation.security = [];
      const header = HEADERS[method];
      if (header)
        operation.parameters = [...(operation.parameters ?? []), { in: 'header', required: false, schema: { type: 'string' }, ...header }];
    }
  }
  return document;
}
