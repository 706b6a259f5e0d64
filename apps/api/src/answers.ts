import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/** What a call is and answers, for /openapi.json. Failures are the same everywhere and are added to all calls. */
export function Answers(summary: string, status: number, schema?: z.ZodType): MethodDecorator {
  const response = schema ? { status, description: summary, standardSchema: schema as never } : { status, description: summary };
  return applyDecorators(ApiOperation({ summary }), ApiResponse(response));
}
